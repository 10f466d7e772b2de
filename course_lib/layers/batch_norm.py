"""Batch normalisation: every feature to mean 0 and variance 1, then scale and shift.

Over the m entries of a feature in the batch (samples, and positions of a map)::

    z = (x − mean) / √(var + ε),   y = weight · z + bias                    (1)
    ∂E/∂x = weight / √(var + ε) · [g − mean(g) − z mean(g z)],  g = ∂E/∂y   (2)

The two means in (2) are there because mean and variance depend on x: samples mix.
Outside training, mean and variance are fixed numbers: those of the training set, which
`Sequential.with_statistics` measures (the paper's Algorithm 2), so that layers stay
free of hidden state.

Source: Ioffe and Szegedy 2015, Algorithms 1 and 2. Chapter: backpropagation. Differs
from it in: the biased variance in both phases.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from course_lib.arrays import namespace
from course_lib.layers.initialize import check_sizes

__all__ = ["BatchNorm"]

Array = Any


@dataclass(frozen=True)
class BatchNorm:
    """(N, C) or (N, C, H, W) to the same shape; C features.

    ``mean`` and ``variance``, tuples of C numbers or None, serve outside training.

    Source: Ioffe and Szegedy 2015. Chapter: backpropagation. Differs from it in: the
    biased variance in both phases.
    """

    features: int
    eps: float = 1e-5
    mean: tuple[float, ...] | None = None
    variance: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        check_sizes(self, "features")
        if not self.eps > 0:
            raise ValueError(f"eps: expected > 0; got {self.eps}")
        for name in ("mean", "variance"):
            given = getattr(self, name)
            if given is not None and len(given) != self.features:
                raise ValueError(
                    f"{name}: expected {self.features} numbers; got {len(given)}"
                )
        if not all(v >= 0 for v in self.variance or ()):
            raise ValueError(f"variance: expected >= 0; got {self.variance}")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """weight (C,), bias (C,)."""
        return {"weight": (self.features,), "bias": (self.features,)}

    def init(self, rng: Any) -> dict[str, Array]:
        """Weights 1, biases 0."""
        return {"weight": np.ones(self.features), "bias": np.zeros(self.features)}

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of the input."""
        if not input_shape or input_shape[0] != self.features:
            raise ValueError(
                f"x: expected {self.features} features on axis 1 for {self}; got shape "
                f"{tuple(input_shape)} per sample"
            )
        return tuple(input_shape)

    def with_statistics(self, x: Array) -> "BatchNorm":
        """This layer, its mean and variance measured on x, for use outside training."""
        self.output_shape(tuple(x.shape[1:]))
        mean, variance = self._moments(x)
        return replace(
            self,
            mean=tuple(float(m) for m in mean),
            variance=tuple(float(v) for v in variance),
        )

    def forward(
        self, params: dict, x: Array, *, training: bool = False, rng: Any = None
    ) -> tuple[Array, tuple]:
        """(y, cache): equation (1)."""
        self.output_shape(tuple(x.shape[1:]))
        xp = namespace(x)
        if training:
            if x.shape[0] < 2:
                raise ValueError("x: batch statistics need at least 2 samples; got 1")
            mean, variance = self._moments(x)
        elif self.mean is None or self.variance is None:
            raise ValueError(
                "BatchNorm: outside training it needs mean and variance; call "
                "with_statistics(theta, x_train) on the network first"
            )
        else:
            mean = xp.asarray(self.mean, dtype=x.dtype, device=x.device)
            variance = xp.asarray(self.variance, dtype=x.dtype, device=x.device)
        scale = 1 / xp.sqrt(variance + self.eps)
        z = (x - _across(mean, x)) * _across(scale, x)
        y = _across(params["weight"], x) * z + _across(params["bias"], x)
        return y, (z, scale, training)

    def backward(
        self, params: dict, cache: tuple, grad_y: Array
    ) -> tuple[Array, dict[str, Array]]:
        """(∂E/∂x, gradients): equation (2); outside training without the two means."""
        z, scale, training = cache
        xp, axes = namespace(grad_y), _batch_axes(grad_y)
        grads = {
            "weight": xp.sum(grad_y * z, axis=axes),
            "bias": xp.sum(grad_y, axis=axes),
        }
        if training:
            m = math.prod(z.shape) // self.features
            mean_g, mean_gz = grads["bias"] / m, grads["weight"] / m
            grad_y = grad_y - _across(mean_g, z) - z * _across(mean_gz, z)  # eq. 2
        return _across(params["weight"] * scale, z) * grad_y, grads

    @staticmethod
    def _moments(x: Array) -> tuple[Array, Array]:
        xp, axes = namespace(x), _batch_axes(x)
        mean = xp.mean(x, axis=axes)
        return mean, xp.mean((x - _across(mean, x)) ** 2, axis=axes)


def _batch_axes(x: Array) -> tuple[int, ...]:
    """All axes but the features'."""
    return (0, *range(2, len(x.shape)))


def _across(v: Array, like: Array) -> Array:
    """(C,) shaped to broadcast against (N, C, ...)."""
    return namespace(v).reshape(v, (1, -1) + (1,) * (len(like.shape) - 2))
