"""Convolution: a layer of local connections that share their weights.

With X̃ the input inside its border of zeros, stride t and n samples::

    s[n,o,u,v] = b[o] + Σ_{c,i,j} K[o,c,i,j] X̃[n,c, u t₁ + i, v t₂ + j]     (1)

(cross-correlation: the kernel is not rotated). With delta = ∂E/∂s::

    ∂E/∂K[o,c,i,j] = Σ_{n,u,v} delta[n,o,u,v] X̃[n,c, u t₁ + i, v t₂ + j]    (2)
    ∂E/∂b[o]       = Σ_{n,u,v} delta[n,o,u,v]
    ∂E/∂X̃[n,c,a,e] = Σ_o Σ_{u,v} K[o,c, a − u t₁, e − v t₂] delta[n,o,u,v]  (3)

Sharing makes (2) a sum over positions. (3) is the "reverse convolution": the delta
map, spread by the stride, correlated with the kernel rotated by 180° with "full"
borders (`reverse_convolution`). `Conv2d` computes all three as matrix products over
the gathered windows.

Source: HybridTech 2018, "Convolutional neural network, part 2", section on
convolution; (2) and general stride, padding and channels are not in it.
Chapter: convolution. Differs from it in: the sign of delta, which is ∂E/∂s.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import is_torch_array

from course_lib.arrays import namespace, pad, windows
from course_lib.layers.initialize import check_sizes, he_normal

__all__ = [
    "Conv2d",
    "check_maps",
    "conv2d_backward",
    "conv2d_forward",
    "conv2d_reference",
    "dilate",
    "full_correlate",
    "kernel_gradient",
    "one_map",
    "output_length",
    "pair",
    "reverse_convolution",
    "rot180",
]

Array = Any
Pair = tuple[int, int]

# Bytes of gathered windows per matrix product: the copy of one block of samples
# stays in a 4 MB share of the last-level cache (benchmarks/convolution.py).
BLOCK_BYTES = 4_000_000


def pair(value: int | Pair, name: str, least: int) -> Pair:
    """(rows, columns) from one int or two, each at least ``least``."""
    both = (value, value) if np.ndim(value) == 0 else tuple(value)  # type: ignore[arg-type]
    if len(both) != 2 or any(int(v) != v or v < least for v in both):
        raise ValueError(f"{name}: expected one int or two, >= {least}; got {value!r}")
    return int(both[0]), int(both[1])


def output_length(length: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """Window positions along one axis: ⌊(length + 2 padding − kernel)/stride⌋ + 1."""
    room = length + 2 * padding - kernel
    if room < 0:
        raise ValueError(
            f"kernel_size: {kernel} does not fit into the padded input of length "
            f"{length + 2 * padding}; use a smaller kernel or more padding"
        )
    return room // stride + 1


def one_map(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """(C, H, W), the shape of one sample, or a sentence."""
    if len(shape) != 3:
        raise ValueError(f"x: expected maps (C, H, W) per sample; got {tuple(shape)}")
    C, H, W = shape
    return C, H, W


def check_maps(x: Array) -> None:
    """Refuse what is not a batch of maps (N, C, H, W) of real floating numbers."""
    if len(x.shape) != 4 or 0 in x.shape:
        raise ValueError(
            f"x: expected shape (N, C, H, W), none of them 0; got {tuple(x.shape)}"
        )
    if not namespace(x).isdtype(x.dtype, "real floating"):
        raise ValueError(f"x: expected float32 or float64; got {x.dtype}")


# --------------------------------------------------------------------------------
# The equations as they stand, for reading and for tests


def conv2d_reference(
    x: Array, K: Array, b: Array, stride: int | Pair = 1, padding: int | Pair = 0
) -> Array:
    """Equation (1), window by window: x (N,C,H,W), K (O,C,f₁,f₂) to (N,O,h,w).

    Source: HybridTech 2018. Chapter: convolution. Differs from it in: nothing.
    """
    (t1, t2), (p1, p2) = pair(stride, "stride", 1), pair(padding, "padding", 0)
    f1, f2 = K.shape[2:]
    X = np.pad(x, ((0, 0), (0, 0), (p1, p1), (p2, p2)))
    h = output_length(x.shape[2], f1, t1, p1)
    w = output_length(x.shape[3], f2, t2, p2)
    s = np.empty((x.shape[0], K.shape[0], h, w), np.result_type(x, K))
    for u in range(h):
        for v in range(w):
            window = X[:, :, u * t1 : u * t1 + f1, v * t2 : v * t2 + f2]
            s[:, :, u, v] = np.einsum("ncij,ocij->no", window, K) + b  # eq. 1
    return s


def rot180(K: Array) -> Array:
    """The kernel rotated by 180° in its last two axes: channels stay in place.

    Source: HybridTech 2018. Chapter: convolution. Differs from it in: nothing.
    """
    return namespace(K).flip(K, axis=(-2, -1))


def dilate(delta: Array, stride: int | Pair) -> Array:
    """Insert stride − 1 zeros between the entries of the last two axes.

    (..., h, w) becomes (..., (h−1) t₁ + 1, (w−1) t₂ + 1).

    Source: completes HybridTech 2018 for a stride. Chapter: convolution.
    """
    xp = namespace(delta)
    t1, t2 = pair(stride, "stride", 1)
    *rest, h, w = delta.shape
    shape = (*rest, (h - 1) * t1 + 1, (w - 1) * t2 + 1)
    spread = xp.zeros(shape, dtype=delta.dtype, device=delta.device)
    spread[..., ::t1, ::t2] = delta
    return spread


def full_correlate(d: Array, K: Array) -> Array:
    """Slide K over d with the window allowed to leave the map on every side.

    d (..., h, w) and K (f₁, f₂) give (..., h + f₁ − 1, w + f₂ − 1).

    Source: HybridTech 2018. Chapter: convolution. Differs from it in: nothing.
    """
    f1, f2 = K.shape
    border = [(0, 0)] * (len(d.shape) - 2) + [(f1 - 1, f1 - 1), (f2 - 1, f2 - 1)]
    axes = (len(d.shape) - 2, len(d.shape) - 1)
    view = windows(pad(d, border), (f1, f2), (1, 1), axes)
    return namespace(d, K).einsum("...ij,ij->...", view, K)


def reverse_convolution(
    delta: Array,
    K: Array,
    input_size: Pair,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
) -> Array:
    """∂E/∂x by the article's reverse convolution, for any stride and padding.

    1. spread delta by the stride; 2. full correlation with the kernel rotated by
    180°, summed over the output maps; 3. rows and columns that no window covered
    get zero; 4. the border is cropped.

    Parameters
    ----------
    delta : array of shape (N, O, h, w)
        ∂E/∂s.
    K : array of shape (O, C, f₁, f₂)
    input_size : (H, W)

    Returns
    -------
    array of shape (N, C, H, W)

    Source: HybridTech 2018, "reverse convolution". Chapter: convolution.
    Differs from it in: stride, padding, leftover rows and channels.
    """
    xp = namespace(delta, K)
    (t1, t2), (p1, p2) = pair(stride, "stride", 1), pair(padding, "padding", 0)
    (H, W), (O, C) = input_size, K.shape[:2]
    spread, R = dilate(delta, (t1, t2)), rot180(K)
    grad = xp.stack(
        [
            sum(full_correlate(spread[:, o], R[o, c]) for o in range(O))
            for c in range(C)
        ],
        axis=1,
    )
    left1 = H + 2 * p1 - grad.shape[2]  # leftover rows r₁, columns r₂
    left2 = W + 2 * p2 - grad.shape[3]
    grad = pad(grad, ((0, 0), (0, 0), (0, left1), (0, left2)))
    return grad[:, :, p1 : p1 + H, p2 : p2 + W]


def kernel_gradient(
    x: Array,
    delta: Array,
    kernel_size: int | Pair,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    per_sample: bool = False,
) -> Array:
    """∂E/∂K of equation (2): the sum over samples and positions, no rotation.

    x (N,C,H,W) and delta (N,O,h,w) give (O,C,f₁,f₂), or with ``per_sample`` one row
    of a Jacobian per sample, (N,O,C,f₁,f₂).

    Source: absent from HybridTech 2018. Chapter: convolution.
    """
    f, t = pair(kernel_size, "kernel_size", 1), pair(stride, "stride", 1)
    p1, p2 = pair(padding, "padding", 0)
    X = pad(x, ((0, 0), (0, 0), (p1, p1), (p2, p2)))
    view = windows(X, f, t, (2, 3))  # (N, C, h, w, f₁, f₂)
    out = "nocij" if per_sample else "ocij"
    return namespace(x, delta).einsum(f"nouv,ncuvij->{out}", delta, view)  # eq. 2


# --------------------------------------------------------------------------------
# The same by matrix products over blocks of samples
#
# A block holds n samples of X̃ as (C, t₁, t₂, rows, columns, n): the sample last and,
# for a stride, X̃[a + t₁ q, e + t₂ r] at [a, e, q, r]. What one tap (i, j) of the
# kernel reads in all windows is then h runs of w·n numbers whatever the stride, so
# that gathering and adding back are long copies; one product serves the block.


def _phases(x_shape: tuple, stride: Pair, padding: Pair) -> list[tuple[Any, Any]]:
    """Pairs (where in a block, where in x): together all entries of x, each once."""
    axes = []
    for length, t, p in zip(x_shape[2:], stride, padding, strict=True):
        places = []
        for a in range(t):
            q = max(0, -((a - p) // t))  # first q with a + t q >= p: not border
            first = a + t * q - p
            count = len(range(first, length, t))
            places.append((a, slice(q, q + count), slice(first, None, t)))
        axes.append(places)
    every = slice(None)
    return [
        ((every, a, e, q, r), (every, every, rows, columns))
        for a, q, rows in axes[0]
        for e, r, columns in axes[1]
    ]


def _tap(i: int, j: int, stride: Pair, h: int, w: int) -> tuple:
    """Where in a block tap (i, j) reads: (C, h, w, n)."""
    (q, a), (r, e) = divmod(i, stride[0]), divmod(j, stride[1])
    return (slice(None), a, e, slice(q, q + h), slice(r, r + w))


def _gather(block: Array, f: Pair, stride: Pair, h: int, w: int) -> Array:
    """Block to columns (C f₁ f₂, h w n), one per window."""
    xp = namespace(block)
    C, n = block.shape[0], block.shape[-1]
    taps = xp.empty((C, *f, h, w, n), dtype=block.dtype, device=block.device)
    for i in range(f[0]):
        for j in range(f[1]):
            taps[:, i, j, ...] = block[_tap(i, j, stride, h, w)]
    return xp.reshape(taps, (C * f[0] * f[1], h * w * n))


def conv2d_forward(
    x: Array, K: Array, b: Array | None, stride: Pair, padding: Pair
) -> tuple[Array, tuple]:
    """Equation (1) as K @ columns: (s, cache) with s of shape (N, O, h, w).

    The columns are gathered block by block and not kept: the cache holds the padded
    input only, up to f₁ f₂ times less.

    Source: HybridTech 2018; im2col of Chellapilla et al. 2006. Chapter: convolution.
    """
    xp = namespace(x, K)
    (N, C, H, W), (O, _, f1, f2) = x.shape, K.shape
    h = output_length(H, f1, stride[0], padding[0])
    w = output_length(W, f2, stride[1], padding[1])
    size = [
        -(-(length + 2 * p) // t)
        for length, t, p in zip((H, W), stride, padding, strict=True)
    ]
    n = max(1, BLOCK_BYTES // (C * f1 * f2 * h * w * x.itemsize))
    n = n - n % 8 if n > 8 else n  # whole vectors
    s = xp.empty((N, O, h, w), dtype=x.dtype, device=x.device)
    matrix = xp.reshape(K, (O, C * f1 * f2))
    phases, blocks = _phases(x.shape, stride, padding), []
    for start in range(0, N, n):
        part = x[start : start + n, ...]
        shape = (C, *stride, *size, part.shape[0])
        block = xp.zeros(shape, dtype=x.dtype, device=x.device)
        for inside, outside in phases:
            block[inside] = xp.permute_dims(part[outside], (1, 2, 3, 0))
        product = matrix @ _gather(block, (f1, f2), stride, h, w)  # eq. 1
        if b is not None:
            product += b[:, None]
        product = xp.reshape(product, (O, h, w, part.shape[0]))
        s[start : start + n, ...] = xp.permute_dims(product, (3, 0, 1, 2))
        blocks.append(block)
    return s, (x.shape, blocks)


def conv2d_backward(
    K: Array, cache: tuple, delta: Array, stride: Pair, padding: Pair
) -> tuple[Array, Array, Array]:
    """Equations (2) and (3): (∂E/∂x, ∂E/∂K, ∂E/∂b) from delta = ∂E/∂s.

    ∂E/∂K is delta @ columns.T; (3) is K.T @ delta, one row per tap (c, i, j) of the
    window, added back to where the tap was read.

    Source: HybridTech 2018. Chapter: convolution. Differs from it in: stride,
    padding, channels, and the kernel's gradient.
    """
    xp = namespace(K, delta)
    x_shape, blocks = cache
    (O, C, f1, f2), (h, w) = K.shape, delta.shape[2:]
    matrix = xp.reshape(K, (O, C * f1 * f2))
    grad_K = xp.zeros_like(matrix)
    grad_x = xp.empty(x_shape, dtype=delta.dtype, device=delta.device)
    phases, start = _phases(x_shape, stride, padding), 0
    for block in blocks:
        n = block.shape[-1]
        d = xp.permute_dims(delta[start : start + n, ...], (1, 2, 3, 0))
        d = xp.reshape(d, (O, h * w * n))
        grad_K += d @ _gather(block, (f1, f2), stride, h, w).T  # eq. 2
        taps = xp.reshape(matrix.T @ d, (C, f1, f2, h, w, n))
        grad = xp.zeros_like(block)
        for i in range(f1):
            for j in range(f2):  # eq. 3: windows that overlap add up
                grad[_tap(i, j, stride, h, w)] += taps[:, i, j, ...]
        part = grad_x[start : start + n, ...]  # a view
        for inside, outside in phases:  # the border is left behind
            part[outside] = xp.permute_dims(grad[inside], (3, 0, 1, 2))
        start += n
    return grad_x, xp.reshape(grad_K, K.shape), xp.sum(delta, axis=(0, 2, 3))


def _torch_forward(x: Array, K: Array, b: Array | None, stride: Pair, padding: Pair):
    """`conv2d_forward` by torch's kernel: tested equal."""
    from torch.nn.functional import conv2d

    return conv2d(x, K, b, stride, padding), x


def _torch_backward(K: Array, x: Array, delta: Array, stride: Pair, padding: Pair):
    """`conv2d_backward` by torch's kernels: tested equal."""
    from torch.nn.grad import conv2d_input, conv2d_weight

    grad_x = conv2d_input(x.shape, K, delta, stride, padding)
    grad_K = conv2d_weight(x, K.shape, delta, stride, padding)
    return grad_x, grad_K, delta.sum(dim=(0, 2, 3))


@dataclass(frozen=True)
class Conv2d:
    """A convolution layer: maps (N, C, H, W) to (N, O, h, w).

    ``kernel_size``, ``stride`` and ``padding`` take one int or (rows, columns); the
    border is of zeros, the same on opposite sides. Rows and columns that no window
    reaches are ignored and get zero gradient. The activation is a layer of its own.

    Parameters
    ----------
    in_channels, out_channels : int, > 0
        C and O.
    kernel_size, stride, padding : int or pair of int
        (f₁, f₂), (t₁, t₂), (π₁, π₂).
    bias : bool
        One number per output map.

    Notes
    -----
    Parameters are ``weight`` (O, C, f₁, f₂) and ``bias`` (O,). On torch arrays
    torch's own kernels are called.

    Source: HybridTech 2018; LeCun et al. 1989. Chapter: convolution.
    Differs from it in: stride, padding, channels, and the kernel's gradient.
    """

    in_channels: int
    out_channels: int
    kernel_size: int | Pair
    stride: int | Pair = 1
    padding: int | Pair = 0
    bias: bool = True

    def __post_init__(self) -> None:
        check_sizes(self, "in_channels", "out_channels")
        for name, least in (("kernel_size", 1), ("stride", 1), ("padding", 0)):
            object.__setattr__(self, name, pair(getattr(self, name), name, least))

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Parameter shapes, in the order of the flat vector."""
        O, C = self.out_channels, self.in_channels
        kernel = {"weight": (O, C, *self.kernel_size)}
        return kernel | {"bias": (O,)} if self.bias else kernel

    def init(self, rng: np.random.Generator) -> dict[str, Array]:
        """He's initialisation: K ~ N(0, 2 / (C f₁ f₂)), b = 0."""
        window = math.prod(self.kernel_size)
        fans = self.in_channels * window, self.out_channels * window
        K = {"weight": he_normal(rng, self.shapes()["weight"], *fans)}
        return K | {"bias": np.zeros(self.out_channels)} if self.bias else K

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of one sample's output: (C, H, W) to (O, h, w)."""
        C, H, W = one_map(input_shape)
        if C != self.in_channels:
            raise ValueError(
                f"x: expected {self.in_channels} channels (axis 1); got {C} in shape "
                f"(N, {C}, {H}, {W})"
            )
        lengths = (
            output_length(*each)
            for each in zip(
                (H, W), self.kernel_size, self.stride, self.padding, strict=True
            )
        )
        return (self.out_channels, *lengths)

    def forward(
        self,
        params: dict[str, Array],
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """(s, cache): equation (1)."""
        check_maps(x)
        self.output_shape(tuple(x.shape[1:]))  # raises if the window does not fit
        run = _torch_forward if is_torch_array(x) else conv2d_forward
        K, b = params["weight"], params.get("bias")
        return run(x, K, b, self.stride, self.padding)

    def backward(
        self, params: dict[str, Array], cache: Any, grad_y: Array
    ) -> tuple[Array, dict[str, Array]]:
        """(∂E/∂x, {"weight": ∂E/∂K, "bias": ∂E/∂b}): equations (2) and (3)."""
        run = _torch_backward if is_torch_array(grad_y) else conv2d_backward
        K = params["weight"]
        grad_x, grad_K, grad_b = run(K, cache, grad_y, self.stride, self.padding)
        grads = {"weight": grad_K, "bias": grad_b}
        return grad_x, {name: grads[name] for name in self.shapes()}

    def rows(self, x: Array, delta: Array) -> Array:
        """(N, K, P): a Jacobian's rows, from x (N, C, H, W) and delta (N, K, O, h, w).

        One delta per sample and output of the network; nothing is summed over samples.
        """
        xp, (N, K) = namespace(x, delta), delta.shape[:2]
        size = (self.kernel_size, self.stride, self.padding)
        seeds = [kernel_gradient(x, delta[:, k, ...], *size, True) for k in range(K)]
        weight = xp.reshape(xp.stack(seeds, axis=1), (N, K, -1))
        if not self.bias:
            return weight
        return xp.concat([weight, xp.sum(delta, axis=(3, 4))], axis=2)
