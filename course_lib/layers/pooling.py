"""Pooling: a window of each map becomes its maximum or its mean.

Max pooling keeps, for the backward pass, which entry of each window won::

    y[u,v] = max_(i,j) x[u t₁ + i, v t₂ + j]                                (1)
    ∂E/∂x[a,e] = Σ_(u,v) g[u,v] [(a,e) = argmax of window (u,v)]            (2)

so that windows that overlap add up and an entry that won nowhere gets zero.
Average pooling gives every entry of a window g/(m₁ m₂), adding up likewise.
Neither has weights nor an activation.

The gradient g that reaches a pooling layer comes from a dense layer (`grad_from_dense`)
or from a convolution (`grad_from_conv`); the delta of the convolution before it is
`conv_delta_from_pool`.

Source: HybridTech 2018, "Convolutional neural network, part 2". Chapter: convolution.
Differs from it in: overlap, ties, padding, and the factor σ′(s), see below.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from course_lib.arrays import namespace, pad
from course_lib.layers.conv import (
    Conv2d,
    Pair,
    check_maps,
    one_map,
    output_length,
    pair,
)

__all__ = [
    "AvgPool2d",
    "MaxPool2d",
    "conv_delta_from_pool",
    "grad_from_conv",
    "grad_from_dense",
]

Array = Any


class _Window:
    """What both poolings share: the geometry of their windows."""

    window: Any
    stride: Any
    padding: Any

    def __post_init__(self) -> None:
        if self.stride is None:
            object.__setattr__(self, "stride", self.window)
        for name, least in (("window", 1), ("stride", 1), ("padding", 0)):
            object.__setattr__(self, name, pair(getattr(self, name), name, least))
        if any(p >= m for p, m in zip(self.padding, self.window, strict=True)):
            raise ValueError(
                f"padding: expected less than the window {self.window}, else a window "
                f"would hold padding only; got {self.padding}"
            )

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """No parameters."""
        return {}

    def init(self, rng: Any) -> dict[str, Array]:
        """No parameters."""
        return {}

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of one sample's output: (C, H, W) to (C, h, w)."""
        C, *size = one_map(input_shape)
        axes = zip(size, self.window, self.stride, self.padding, strict=True)
        return (C, *(output_length(*axis) for axis in axes))

    def _padded(self, x: Array, value: float) -> Array:
        (p1, p2) = self.padding
        return pad(x, ((0, 0), (0, 0), (p1, p1), (p2, p2)), value) if p1 + p2 else x

    def _taps(self, h: int, w: int) -> Iterator[tuple[Any, ...]]:
        """For each place (i, j) of the window, row-major: its entry in every window."""
        (m1, m2), (t1, t2) = self.window, self.stride
        for i in range(m1):
            for j in range(m2):
                rows = slice(i, i + t1 * (h - 1) + 1, t1)
                yield (
                    slice(None),
                    slice(None),
                    rows,
                    slice(j, j + t2 * (w - 1) + 1, t2),
                )

    def _spread(self, shape: tuple[int, ...], grad_y: Array, shares: Any) -> Array:
        """Add share k of each window's gradient to entry k of that window."""
        xp = namespace(grad_y)
        N, C, H, W = shape
        p1, p2 = self.padding
        size = (N, C, H + 2 * p1, W + 2 * p2)
        grad = xp.zeros(size, dtype=grad_y.dtype, device=grad_y.device)
        for tap, share in zip(self._taps(*grad_y.shape[2:]), shares, strict=True):
            grad[tap] += share  # overlapping windows add
        return grad[:, :, p1 : p1 + H, p2 : p2 + W]


@dataclass(frozen=True)
class MaxPool2d(_Window):
    """The maximum of each window: maps (N, C, H, W) to (N, C, h, w).

    Parameters
    ----------
    window, stride, padding : int or pair of int
        ``stride`` None means windows side by side; the border holds −∞.
    ties : "first" or "split"
        Several entries share the maximum: the first in row-major order gets the
        whole gradient (as in torch on the CPU), or each an equal share. Both are
        subgradients and conserve the gradient's sum.

    Source: HybridTech 2018. Chapter: convolution. Differs from it in: overlapping
    windows (the gradients add), ties, padding.
    """

    window: int | Pair
    stride: int | Pair | None = None
    padding: int | Pair = 0
    ties: str = "first"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.ties not in ("first", "split"):
            raise ValueError(f'ties: expected "first" or "split"; got {self.ties!r}')

    def forward(
        self, params: dict, x: Array, *, training: bool = False, rng: Any = None
    ) -> tuple[Array, Any]:
        """(y, cache): equation (1); the cache names the winner of each window."""
        check_maps(x)
        xp = namespace(x)
        _, h, w = self.output_shape(tuple(x.shape[1:]))
        X = self._padded(x, -math.inf)
        y, winner = None, None
        for k, tap in enumerate(self._taps(h, w)):
            entry = X[tap]
            if y is None:
                y, winner = entry, xp.zeros_like(entry, dtype=xp.int32)
                continue
            better = (entry > y) | (entry != entry)  # > keeps the first; NaN wins
            y = xp.where(better, entry, y)
            winner = xp.where(better, xp.asarray(k, dtype=xp.int32), winner)
        y = xp.asarray(y, copy=True)
        return y, (tuple(x.shape), winner, (X, y) if self.ties == "split" else None)

    def backward(
        self, params: dict, cache: Any, grad_y: Array
    ) -> tuple[Array, dict[str, Array]]:
        """(∂E/∂x, {}): equation (2)."""
        xp = namespace(grad_y)
        shape, winner, values = cache
        taps = list(self._taps(*grad_y.shape[2:]))
        if values is None:
            won = (winner == k for k in range(len(taps)))
            share = grad_y
        else:
            X, y = values
            won = [X[tap] == y for tap in taps]
            share = grad_y / sum(xp.astype(each, grad_y.dtype) for each in won)
        nothing = xp.zeros_like(grad_y)
        shares = (xp.where(each, share, nothing) for each in won)  # eq. 2
        return self._spread(shape, grad_y, shares), {}


@dataclass(frozen=True)
class AvgPool2d(_Window):
    """The mean of each window, zeros of the border included: (N,C,H,W) to (N,C,h,w).

    Source: not in HybridTech 2018; LeCun et al. 1998 without the trainable gain.
    Chapter: convolution.
    """

    window: int | Pair
    stride: int | Pair | None = None
    padding: int | Pair = 0

    def forward(
        self, params: dict, x: Array, *, training: bool = False, rng: Any = None
    ) -> tuple[Array, Any]:
        """(y, cache): the mean over the taps of each window."""
        check_maps(x)
        _, h, w = self.output_shape(tuple(x.shape[1:]))
        X = self._padded(x, 0.0)
        y = sum(X[tap] for tap in self._taps(h, w)) / math.prod(self.window)
        return y, tuple(x.shape)

    def backward(
        self, params: dict, cache: Any, grad_y: Array
    ) -> tuple[Array, dict[str, Array]]:
        """(∂E/∂x, {}): each entry of a window receives g / (m₁ m₂)."""
        taps = math.prod(self.window)
        return self._spread(cache, grad_y, [grad_y / taps] * taps), {}


# --------------------------------------------------------------------------------
# The deltas around a pooling layer, as the article tells them


def grad_from_dense(W: Array, delta: Array, pool_shape: tuple[int, ...]) -> Array:
    """Case 1, a dense layer follows: g = delta @ W, shaped back as it was flattened.

    W (K, C h w) and delta (N, K) give g (N, C, h, w), row-major. No σ′: plain
    pooling has no activation.

    Source: HybridTech 2018, "like a hidden layer". Chapter: convolution.
    Differs from it in: σ′ only where the pooling layer has an activation.
    """
    xp = namespace(W, delta)
    return xp.reshape(delta @ W, (delta.shape[0], *pool_shape))


def grad_from_conv(layer: Conv2d, params: dict, cache: Any, delta: Array) -> Array:
    """Case 2, a convolution follows: the reverse convolution of its delta.

    ``cache`` is the convolution's own. All the maps it feeds contribute. No σ′.

    Source: HybridTech 2018. Chapter: convolution. Differs from it in: the sum over
    the following maps is written out.
    """
    return layer.backward(params, cache, delta)[0]


def conv_delta_from_pool(pool: Any, cache: Any, g: Array, derivative: Array) -> Array:
    """Delta of the convolution before a pooling layer: (unpooled g) · σ′(s).

    The article copies g to each window's maximum; that is ∂E/∂y. The convolution's
    delta needs the slope ``derivative`` = σ′(s) (N, C, H, W) of its activation as well,
    1 for a linear layer.

    Source: HybridTech 2018. Chapter: convolution. Differs from it in: σ′(s).
    """
    return pool.backward({}, cache, g)[0] * derivative
