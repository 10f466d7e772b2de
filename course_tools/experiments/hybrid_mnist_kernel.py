"""The network of the MNIST experiment in one compiled pass, ten times the library's.

`course_lib` gathers windows for any network; here the sizes are known: 28 × 28 images,
two 3 × 3 convolutions of stride 2 with ReLU and 2 × 2 pooling, three logistic layers.
16 images at a time lie side by side, so that a vector instruction does the same for
several of them; backward, only the winners of the pooling windows are visited. Double
precision; a test says that values and gradients are the library's. Needs numba.
"""
# mypy: disable-error-code="untyped-decorator"

from dataclasses import dataclass
from typing import Any

import numpy as np

try:
    from numba import njit
except ImportError:  # who only reads a result needs none

    def njit(**options: Any) -> Any:
        """Python as it is, some thousand times slower."""
        return lambda function: function


LANES = 16
SIDE, MAP = 30, 9  # of an image and of a pooled map, each inside a border of zeros
KERNELS_1, KERNELS_2, DENSE = 4, 5, (12, 11, 10)
TRUNK = 9 * KERNELS_1 + KERNELS_1 + 9 * KERNELS_1 * KERNELS_2 + KERNELS_2

compiled = njit(
    cache=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"}
)


@dataclass(frozen=True)
class Images:
    """Labelled images in blocks (M, 30, 30, 16), float32, inside a border of zeros.

    The last block is filled with black images that nothing counts.
    """

    blocks: np.ndarray
    pixels: np.ndarray  # the same (N, 30, 30), to pick from
    labels: np.ndarray
    padding: int

    def __len__(self) -> int:
        return len(self.labels)


def images(x: np.ndarray, labels: np.ndarray, padding: int) -> Images:
    """From x (N, 1, 28, 28), bytes, 0 to 255, or numbers as they are."""
    N = len(x)
    if x.dtype == np.uint8:
        x = x.astype(np.float32) / 255
    whole = np.zeros((-(-N // LANES) * LANES, SIDE, SIDE), np.float32)
    whole[:N, 1:-1, 1:-1] = x[:, 0]
    blocks = whole.reshape(-1, LANES, SIDE, SIDE).transpose(0, 2, 3, 1)
    blocks = np.ascontiguousarray(blocks)
    return Images(blocks, whole[:N], labels.astype(np.int64), padding)


# --------------------------------------------------------------------------------
# What the experiment calls


def value_and_gradient(
    theta: np.ndarray, data: Images, part: np.ndarray | None = None
) -> tuple[float, float, np.ndarray]:
    """(½ Σ r², share read right, gradient) over all images, or those numbered."""
    blocks, labels = data.blocks, data.labels
    if part is not None:
        blocks, labels = _gather(data.pixels, part), labels[part]
    E, right, g = _pass(theta, blocks, labels, data.padding, True)
    return E, right / len(labels), g


def measure(theta: np.ndarray, data: Images) -> tuple[float, float]:
    """(½ Σ r², share read right): the forward pass alone."""
    E, right, _ = _pass(theta, data.blocks, data.labels, data.padding, False)
    return E, right / len(data)


def trunk_forward(a: np.ndarray, data: Images) -> np.ndarray:
    """Z (N, features)."""
    Z: np.ndarray = _trunk_forward(a, data.blocks, len(data), data.padding)
    return Z


def trunk_backward(a: np.ndarray, data: Images, grad_Z: np.ndarray) -> np.ndarray:
    """∂E/∂a from ∂E/∂Z, with a forward pass of its own."""
    g: np.ndarray = _trunk_backward(a, data.blocks, grad_Z, data.padding)
    return g


# --------------------------------------------------------------------------------
# The trunk, a block at a time


@compiled
def _gather(pixels: Any, part: Any) -> Any:
    N = len(part)
    out = np.zeros(((N + LANES - 1) // LANES, SIDE, SIDE, LANES), np.float32)
    for n in range(N):
        block, lane = out[n // LANES], n % LANES
        for i in range(SIDE):
            for j in range(SIDE):
                block[i, j, lane] = pixels[part[n], i, j]
    return out


@compiled
def _scratch(padding: Any) -> Any:
    """Arrays of one block: image, first maps and winners, features and winners."""
    q, h = 6 + padding, 1 + padding
    return (
        np.empty(SIDE * SIDE * LANES),
        np.zeros(KERNELS_1 * MAP * MAP * LANES),
        np.empty((KERNELS_1, q, q, LANES), np.int64),
        np.empty((KERNELS_2, h, h, LANES)),
        np.empty((KERNELS_2, h, h, LANES), np.int64),
    )


@compiled
def _nine(a: Any, at: Any) -> Any:
    """A kernel in registers."""
    return (
        *(a[at], a[at + 1], a[at + 2], a[at + 3], a[at + 4]),
        *(a[at + 5], a[at + 6], a[at + 7], a[at + 8]),
    )


@compiled
def _correlate(k: Any, x: Any, at: Any, row: Any) -> Any:
    """One window of one image: its corner, and the distance of two rows."""
    return (
        (k[0] * x[at] + k[1] * x[at + LANES] + k[2] * x[at + 2 * LANES])
        + (
            k[3] * x[at + row]
            + k[4] * x[at + row + LANES]
            + k[5] * x[at + row + 2 * LANES]
        )
        + (
            k[6] * x[at + 2 * row]
            + k[7] * x[at + 2 * row + LANES]
            + k[8] * x[at + 2 * row + 2 * LANES]
        )
    )


@compiled
def _trunk(a: Any, block: Any, padding: Any, scratch: Any) -> None:
    """Both convolutions, each with ReLU and pooling; the first of equals wins."""
    x, maps, won, z, won_z = scratch
    q, h, start = won.shape[1], z.shape[1], 1 - padding
    pixels = block.reshape(-1)
    for n in range(SIDE * SIDE * LANES):
        x[n] = pixels[n]
    for c in range(KERNELS_1):
        kernel, bias = _nine(a, 9 * c), a[9 * KERNELS_1 + c]
        for i in range(q):
            for j in range(q):
                seen = x[((start + 4 * i) * SIDE + start + 4 * j) * LANES :]
                to = maps[((c * MAP + i + 1) * MAP + j + 1) * LANES :]
                for n in range(LANES):
                    top, w = 0.0, -1
                    for k in range(4):
                        at = 2 * ((k // 2) * SIDE + k % 2) * LANES + n
                        s = bias + _correlate(kernel, seen, at, SIDE * LANES)
                        w = k if s > top else w
                        top = s if s > top else top
                    to[n] = top
                    won[c, i, j, n] = w
    K, s4 = a[10 * KERNELS_1 :], np.empty((4, LANES))
    for m in range(KERNELS_2):
        for i in range(h):
            for j in range(h):
                s4[:] = K[9 * KERNELS_1 * KERNELS_2 + m]
                for c in range(KERNELS_1):
                    kernel = _nine(K, 9 * (KERNELS_1 * m + c))
                    at = ((c * MAP + start + 4 * i) * MAP + start + 4 * j) * LANES
                    seen = maps[at:]
                    for n in range(LANES):
                        for k in range(4):
                            at = 2 * ((k // 2) * MAP + k % 2) * LANES + n
                            s4[k, n] += _correlate(kernel, seen, at, MAP * LANES)
                for n in range(LANES):
                    top, w = 0.0, -1
                    for k in range(4):
                        w = k if s4[k, n] > top else w
                        top = s4[k, n] if s4[k, n] > top else top
                    z[m, i, j, n], won_z[m, i, j, n] = top, w


@compiled
def _trunk_gradient(
    a: Any, padding: Any, scratch: Any, dz: Any, d_maps: Any, g: Any
) -> None:
    """Add ∂E/∂a to g, from dz (features, 16) and what `_trunk` left."""
    x, maps, won, z, won_z = scratch
    q, h, start = won.shape[1], z.shape[1], 1 - padding
    d_maps[:] = 0.0
    K, gK = a[10 * KERNELS_1 :], g[10 * KERNELS_1 :]
    for m in range(KERNELS_2):
        for i in range(h):
            for j in range(h):
                for n in range(LANES):
                    w, d = won_z[m, i, j, n], dz[(m * h + i) * h + j, n]
                    if w < 0 or d == 0.0:
                        continue
                    u, v = start + 4 * i + 2 * (w // 2), start + 4 * j + 2 * (w % 2)
                    gK[9 * KERNELS_1 * KERNELS_2 + m] += d
                    for c in range(KERNELS_1):
                        k = 9 * (KERNELS_1 * m + c)
                        at = ((c * MAP + u) * MAP + v) * LANES + n
                        for t in range(9):
                            there = at + ((t // 3) * MAP + t % 3) * LANES
                            gK[k + t] += d * maps[there]
                            d_maps[there] += d * K[k + t]
    for c in range(KERNELS_1):
        for i in range(q):
            for j in range(q):
                to = ((c * MAP + i + 1) * MAP + j + 1) * LANES
                for n in range(LANES):
                    w, d = won[c, i, j, n], d_maps[to + n]
                    if w < 0 or d == 0.0:
                        continue
                    u, v = start + 4 * i + 2 * (w // 2), start + 4 * j + 2 * (w % 2)
                    g[9 * KERNELS_1 + c] += d
                    at = (u * SIDE + v) * LANES + n
                    for t in range(9):
                        g[9 * c + t] += d * x[at + ((t // 3) * SIDE + t % 3) * LANES]


@compiled
def _dense(W: Any, b: Any, x: Any, y: Any) -> None:
    """Logistic units, (inputs, 16) to (outputs, 16)."""
    for j in range(y.shape[0]):
        for n in range(LANES):
            y[j, n] = b[j]
        for i in range(x.shape[0]):
            for n in range(LANES):
                y[j, n] += W[j * x.shape[0] + i] * x[i, n]
        for n in range(LANES):
            y[j, n] = 1.0 / (1.0 + np.exp(-y[j, n]))


@compiled
def _dense_gradient(W: Any, gW: Any, gb: Any, x: Any, y: Any, d: Any, dx: Any) -> None:
    """Add to gW and gb; d = ∂E/∂y (outputs, 16) becomes ∂E/∂s, dx = ∂E/∂x."""
    dx[:] = 0.0
    for j in range(y.shape[0]):
        total = 0.0
        for n in range(LANES):
            d[j, n] *= y[j, n] * (1.0 - y[j, n])
            total += d[j, n]
        gb[j] += total
        for i in range(x.shape[0]):
            at, total = j * x.shape[0] + i, 0.0
            for n in range(LANES):
                total += d[j, n] * x[i, n]
                dx[i, n] += W[at] * d[j, n]
            gW[at] += total


@compiled
def _places(F: Any) -> Any:
    """Where weights and biases of the dense layers begin, and the end."""
    n1, n2, n3 = DENSE
    b1 = n1 * F
    W2 = b1 + n1
    b2 = W2 + n2 * n1
    W3 = b2 + n2
    b3 = W3 + n3 * n2
    return b1, W2, b2, W3, b3, b3 + n3


@compiled
def _units() -> Any:
    n1, n2, n3 = DENSE
    return np.empty((n1, LANES)), np.empty((n2, LANES)), np.empty((n3, LANES))


@compiled
def _head(b: Any, x: Any, y: Any, labels: Any, r: Any) -> Any:
    """(Σ r², number read right) of a block; outputs into y, residuals into r."""
    b1, W2, b2, W3, b3, _ = _places(x.shape[0])
    y1, y2, y3 = y
    _dense(b[:b1], b[b1:W2], x, y1)
    _dense(b[W2:b2], b[b2:W3], y1, y2)
    _dense(b[W3:b3], b[b3:], y2, y3)
    E, right = 0.0, 0
    r[:] = 0.0
    for n in range(len(labels)):
        best = 0
        for k in range(y3.shape[0]):
            r[k, n] = y3[k, n] - (1.0 if labels[n] == k else 0.0)
            E += r[k, n] * r[k, n]
            best = k if y3[k, n] > y3[best, n] else best
        right += labels[n] == best
    return E, right


@compiled
def _head_gradient(b: Any, x: Any, y: Any, d: Any, dx: Any, g: Any) -> None:
    """Add ∂E/∂b to g; d holds r last; dx becomes ∂E/∂x."""
    b1, W2, b2, W3, b3, end = _places(x.shape[0])
    (y1, y2, y3), (d1, d2, d3) = y, d
    _dense_gradient(b[W3:b3], g[W3:b3], g[b3:end], y2, y3, d3, d2)
    _dense_gradient(b[W2:b2], g[W2:b2], g[b2:W3], y1, y2, d2, d1)
    _dense_gradient(b[:b1], g[:b1], g[b1:W2], x, y1, d1, dx)


# --------------------------------------------------------------------------------
# All blocks


@compiled
def _pass(theta: Any, blocks: Any, labels: Any, padding: Any, slopes: Any) -> Any:
    """(½ Σ r², number read right, gradient or zeros)."""
    scratch = _scratch(padding)
    d_maps, x = np.empty_like(scratch[1]), scratch[3].reshape((-1, LANES))
    g, dx, y, d = np.zeros(len(theta)), np.empty_like(x), _units(), _units()
    E, right = 0.0, 0
    for k in range(len(blocks)):
        _trunk(theta, blocks[k], padding, scratch)
        here = labels[k * LANES : (k + 1) * LANES]
        found = _head(theta[TRUNK:], x, y, here, d[2])
        E, right = E + found[0], right + found[1]
        if slopes:
            _head_gradient(theta[TRUNK:], x, y, d, dx, g[TRUNK:])
            _trunk_gradient(theta, padding, scratch, dx, d_maps, g)
    return E / 2, right, g


@compiled
def head_pass(b: Any, Z: Any, labels: Any) -> Any:
    """(½ Σ r², number read right, ∂E/∂b, ∂E/∂Z, outputs (N, units) of each layer)."""
    N, F = Z.shape
    x, dx = np.zeros((F, LANES)), np.empty((F, LANES))
    g, y, d = np.zeros(len(b)), _units(), _units()
    n1, n2, n3 = DENSE
    Y = np.empty((N, n1)), np.empty((N, n2)), np.empty((N, n3))
    E, right, grad_Z = 0.0, 0, np.empty((N, F))
    for k in range(0, N, LANES):
        count = min(LANES, N - k)
        x[:, :count] = Z[k : k + count].T
        found = _head(b, x, y, labels[k : k + count], d[2])
        E, right = E + found[0], right + found[1]
        _head_gradient(b, x, y, d, dx, g)
        grad_Z[k : k + count] = dx[:, :count].T
        Y[0][k : k + count] = y[0][:, :count].T
        Y[1][k : k + count] = y[1][:, :count].T
        Y[2][k : k + count] = y[2][:, :count].T
    return E / 2, right, g, grad_Z, Y


@compiled
def head_value(b: Any, Z: Any, labels: Any) -> Any:
    """½ Σ r²."""
    N, F = Z.shape
    x, y, r, E = np.zeros((F, LANES)), _units(), np.empty((DENSE[2], LANES)), 0.0
    for k in range(0, N, LANES):
        count = min(LANES, N - k)
        x[:, :count] = Z[k : k + count].T
        E += _head(b, x, y, labels[k : k + count], r)[0]
    return E / 2


@compiled
def _trunk_forward(a: Any, blocks: Any, N: Any, padding: Any) -> Any:
    scratch = _scratch(padding)
    z = scratch[3].reshape((-1, LANES))
    Z = np.empty((N, len(z)))
    for k in range(len(blocks)):
        _trunk(a, blocks[k], padding, scratch)
        for n in range(min(LANES, N - k * LANES)):
            for f in range(len(z)):
                Z[k * LANES + n, f] = z[f, n]
    return Z


@compiled
def _trunk_backward(a: Any, blocks: Any, grad_Z: Any, padding: Any) -> Any:
    scratch = _scratch(padding)
    d_maps, g = np.empty_like(scratch[1]), np.zeros(TRUNK)
    N, F = grad_Z.shape
    dz = np.zeros((F, LANES))
    for k in range(len(blocks)):
        _trunk(a, blocks[k], padding, scratch)
        for n in range(LANES):
            at = k * LANES + n
            for f in range(F):
                dz[f, n] = grad_Z[at, f] if at < N else 0.0
        _trunk_gradient(a, padding, scratch, dz, d_maps, g)
    return g
