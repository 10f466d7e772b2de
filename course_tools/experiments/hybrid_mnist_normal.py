"""Jᵀ J of the MNIST experiment's network, of its head alone or of all of it.

With a_l the inputs of dense layer l, 1 appended, and Delta_l[k] the sensitivities of
output k, a row of J is the outer product Delta_l[k] a_l for each l. Summed over the
outputs of one image, two layers' block of Jᵀ J is again a product,

    (Σ_k Delta_l[k] Delta_m[k]ᵀ) ⊗ (a_l a_mᵀ),

so that the sum over images is a matrix product with ten times fewer operations than the
rows take. The whole network has its rows formed. Tests say that both are the library's.
"""
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import numpy as np

from course_tools.experiments.hybrid_mnist_kernel import (
    DENSE,
    KERNELS_1,
    KERNELS_2,
    LANES,
    MAP,
    SIDE,
    TRUNK,
    Images,
    _head,
    _places,
    _scratch,
    _trunk,
    _units,
    compiled,
)

CHUNK = 1024  # images at a time
PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


def head_normal(b: np.ndarray, Z: np.ndarray, Y: Any) -> np.ndarray:
    """Jᵀ J of the head, from `head_pass`'s outputs of every layer."""
    n, widths = DENSE, (Z.shape[1] + 1, DENSE[0] + 1, DENSE[1] + 1)
    left = [_half(n[l]) if l == m else n[l] * n[m] for l, m in PAIRS[:-1]] + [n[2]]
    right = [_half(widths[l]) if l == m else widths[l] * widths[m] for l, m in PAIRS]
    L, X = np.empty((CHUNK, sum(left))), np.empty((CHUNK, sum(right)))
    sums: list[Any] = [0.0] * len(PAIRS)
    for k in range(0, len(Z), CHUNK):
        part = slice(k, k + CHUNK)
        count = len(Z[part])
        _factors(b, Z[part], Y[0][part], Y[1][part], Y[2][part], L, X)
        i = j = 0
        for pair, (p, q) in enumerate(zip(left, right, strict=True)):
            sums[pair] += L[:count, i : i + p].T @ X[:count, j : j + q]
            i, j = i + p, j + q
    order = [_order(n[l], widths[l]) for l in range(3)]
    A: list[list[Any]] = [[None] * 3 for _ in range(3)]
    for (l, m), S in zip(PAIRS, sums, strict=True):
        if l == m == 2:  # an output has its own units only
            S = np.eye(n[2])[:, :, None] * S[:, None, :]
        elif l == m:
            S = S[_square(n[l])]
        S = S[..., _square(widths[l])] if l == m else S
        S = S.reshape(n[l], n[m], widths[l], widths[m]).transpose(0, 2, 1, 3)
        S = S.reshape(n[l] * widths[l], n[m] * widths[m])
        A[l][m] = S[np.ix_(order[l], order[m])]
        A[m][l] = A[l][m].T
    return np.block(A)


def normal(theta: np.ndarray, data: Images) -> np.ndarray:
    """Jᵀ J of all parameters, from rows."""
    J = np.empty((CHUNK * DENSE[2], len(theta)))
    A, size = np.zeros((len(theta), len(theta))), CHUNK // LANES
    for k in range(0, len(data.blocks), size):
        count = min(CHUNK, len(data) - k * LANES)
        _rows(theta, data.blocks[k : k + size], count, data.padding, J)
        part = J[: count * DENSE[2]]
        A += part.T @ part
    return A


def _half(n: int) -> int:
    return n * (n + 1) // 2


def _square(n: int) -> np.ndarray:
    """Where entry (i, j) of a symmetric matrix lies in its upper half, by rows."""
    at = np.zeros((n, n), int)
    i, j = np.triu_indices(n)
    at[i, j] = at[j, i] = np.arange(len(i))
    return at


def _order(outputs: int, inputs: int) -> np.ndarray:
    """Weights by rows, then biases, among rows that end in their bias."""
    at = np.arange(outputs * inputs).reshape(outputs, inputs)
    return np.concatenate([at[:, :-1].ravel(), at[:, -1]])


# --------------------------------------------------------------------------------
# Compiled


@compiled
def _sensitivities(b: Any, F: Any, y1: Any, y2: Any, y3: Any, D1: Any, D2: Any) -> None:
    """Delta of the first two layers, (10, units); the last one's is diagonal."""
    n1, n2, n3 = DENSE
    _, W2, _, W3, _, _ = _places(F)
    for k in range(n3):
        slope = y3[k] * (1.0 - y3[k])
        for i in range(n1):
            D1[k, i] = 0.0
        for j in range(n2):
            d = slope * b[W3 + k * n2 + j] * y2[j] * (1.0 - y2[j])
            D2[k, j] = d
            for i in range(n1):
                D1[k, i] += d * b[W2 + j * n1 + i]
        for i in range(n1):
            D1[k, i] *= y1[i] * (1.0 - y1[i])


@compiled
def _factors(b: Any, Z: Any, Y1: Any, Y2: Any, Y3: Any, L: Any, X: Any) -> None:
    """Σ_k Delta Deltaᵀ and a aᵀ of every image, for each pair of layers."""
    n1, n2, n3 = DENSE
    F = Z.shape[1]
    D1, D2 = np.empty((n3, n1)), np.empty((n3, n2))
    a, slope = np.ones(F + 1), np.empty(n3)
    c, e = np.ones(n1 + 1), np.ones(n2 + 1)
    for n in range(len(Z)):
        a[:F], c[:n1], e[:n2] = Z[n], Y1[n], Y2[n]
        _sensitivities(b, F, Y1[n], Y2[n], Y3[n], D1, D2)
        for k in range(n3):
            slope[k] = Y3[n, k] * (1.0 - Y3[n, k])
        row, at = L[n], 0
        at = _inner(D1, D1, True, row, at)
        at = _inner(D1, D2, False, row, at)
        for i in range(n1):
            for k in range(n3):
                row[at] = D1[k, i] * slope[k]
                at += 1
        at = _inner(D2, D2, True, row, at)
        for j in range(n2):
            for k in range(n3):
                row[at] = D2[k, j] * slope[k]
                at += 1
        for k in range(n3):
            row[at] = slope[k] * slope[k]
            at += 1
        row, at = X[n], 0
        at = _outer(a, a, True, row, at)
        at = _outer(a, c, False, row, at)
        at = _outer(a, e, False, row, at)
        at = _outer(c, c, True, row, at)
        at = _outer(c, e, False, row, at)
        _outer(e, e, True, row, at)


@compiled
def _inner(D: Any, G: Any, half: Any, row: Any, at: Any) -> Any:
    """Dᵀ G into row from ``at`` on, or its upper half; where it ends."""
    for i in range(D.shape[1]):
        first = i if half else 0
        count = G.shape[1] - first
        to = row[at : at + count]
        for j in range(count):
            to[j] = 0.0
        for k in range(D.shape[0]):
            d, g = D[k, i], G[k, first:]
            for j in range(count):
                to[j] += d * g[j]
        at += count
    return at


@compiled
def _outer(a: Any, c: Any, half: Any, row: Any, at: Any) -> Any:
    for i in range(len(a)):
        first = i if half else 0
        count = len(c) - first
        to, d, g = row[at : at + count], a[i], c[first:]
        for j in range(count):
            to[j] = d * g[j]
        at += count
    return at


@compiled
def _rows(theta: Any, blocks: Any, count: Any, padding: Any, J: Any) -> None:
    """Ten rows of J for each of ``count`` images."""
    n1, n2, n3 = DENSE
    scratch = _scratch(padding)
    z = scratch[3].reshape((-1, LANES))
    F = len(z)
    y, r = _units(), np.empty((n3, LANES))
    D1, D2, C = np.empty((n3, n1)), np.empty((n3, n2)), np.empty((n3, F))
    T = np.empty((F, TRUNK))
    none = np.zeros(0, np.int64)
    b = theta[TRUNK:]
    b1, W2, b2, W3, b3, _ = _places(F)
    for n in range(count):
        lane = n % LANES
        if lane == 0:
            _trunk(theta, blocks[n // LANES], padding, scratch)
            _head(b, z, y, none, r)
        y1, y2, y3 = y[0][:, lane].copy(), y[1][:, lane].copy(), y[2][:, lane].copy()
        _sensitivities(b, F, y1, y2, y3, D1, D2)
        _feature_rows(theta, lane, padding, scratch, T)
        for k in range(n3):
            for f in range(F):
                total = 0.0
                for i in range(n1):
                    total += D1[k, i] * b[i * F + f]
                C[k, f] = total
        J[n * n3 : (n + 1) * n3, :TRUNK] = C @ T
        for k in range(n3):
            row = J[n * n3 + k, TRUNK:]
            row[:] = 0.0
            for i in range(n1):
                for f in range(F):
                    row[i * F + f] = D1[k, i] * z[f, lane]
                row[b1 + i] = D1[k, i]
            for j in range(n2):
                for i in range(n1):
                    row[W2 + j * n1 + i] = D2[k, j] * y1[i]
                row[b2 + j] = D2[k, j]
            slope = y3[k] * (1.0 - y3[k])
            for j in range(n2):
                row[W3 + k * n2 + j] = slope * y2[j]
            row[b3 + k] = slope


@compiled
def _feature_rows(theta: Any, lane: Any, padding: Any, scratch: Any, T: Any) -> None:
    """∂Z/∂a of one image, (features, 225)."""
    x, maps, won, z, won_z = scratch
    q, h, start = won.shape[1], z.shape[1], 1 - padding
    K1, K2 = 10 * KERNELS_1, 9 * KERNELS_1 * KERNELS_2
    T[:] = 0.0
    for m in range(KERNELS_2):
        for i in range(h):
            for j in range(h):
                w, row = won_z[m, i, j, lane], T[(m * h + i) * h + j]
                if w < 0:
                    continue
                row[K1 + K2 + m] = 1.0
                u, v = start + 4 * i + 2 * (w // 2), start + 4 * j + 2 * (w % 2)
                for c in range(KERNELS_1):
                    for t in range(9):
                        k = K1 + 9 * (KERNELS_1 * m + c) + t
                        p, s = u + t // 3 - 1, v + t % 3 - 1
                        at = ((c * MAP + p + 1) * MAP + s + 1) * LANES + lane
                        row[k] = maps[at]
                        if not (0 <= p < q and 0 <= s < q) or won[c, p, s, lane] < 0:
                            continue
                        w1, d = won[c, p, s, lane], theta[k]
                        row[9 * KERNELS_1 + c] += d
                        e, f = (
                            start + 4 * p + 2 * (w1 // 2),
                            start + 4 * s + 2 * (w1 % 2),
                        )
                        at = (e * SIDE + f) * LANES + lane
                        for r in range(9):
                            there = at + ((r // 3) * SIDE + r % 3) * LANES
                            row[9 * c + r] += d * x[there]
