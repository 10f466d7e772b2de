"""The dense layer, and the layers without parameters that stand between others.

Every layer is a frozen description; its arrays come from outside::

    params = layer.init(rng)                       # dict of NumPy arrays
    y, cache = layer.forward(params, x)
    grad_x, grad_params = layer.backward(params, cache, grad_y)

With W of shape (outputs, inputs), samples in rows, and delta = ∂E/∂s::

    s = x Wᵀ + b                                                            (1)
    ∂E/∂W = deltaᵀ x,   ∂E/∂b = Σ_n delta_n,   ∂E/∂x = delta W              (2)
    y = φ(s),           delta = ∂E/∂y ∘ φ′(s)                               (3)

Source: HybridTech 2018, (2.9), (2.10), (2.13). Chapter: backpropagation. Differs from
it in: the bias; W is (outputs, inputs).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.activations import Elementwise
from course_lib.arrays import namespace, uniform
from course_lib.layers.initialize import check_sizes, he_normal

__all__ = ["Activation", "Dense", "Dropout", "Flatten"]

Array = Any
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Dense:
    """Fully connected: (N, inputs) to (N, outputs), equations (1) and (2).

    Source: HybridTech 2018, (2.9). Chapter: backpropagation. Differs from it in: the
    bias.
    """

    inputs: int
    outputs: int
    initialize: Callable[..., np.ndarray] = he_normal

    def __post_init__(self) -> None:
        check_sizes(self, "inputs", "outputs")

    def shapes(self) -> dict[str, Shape]:
        """weight (outputs, inputs), bias (outputs,)."""
        return {"weight": (self.outputs, self.inputs), "bias": (self.outputs,)}

    def init(self, rng: Any) -> dict[str, Array]:
        """Weights from ``initialize``, biases 0."""
        shape = (self.outputs, self.inputs)
        W = self.initialize(rng, shape, self.inputs, self.outputs)
        return {"weight": W, "bias": np.zeros(self.outputs)}

    def output_shape(self, input_shape: Shape) -> Shape:
        """(inputs,) to (outputs,)."""
        if tuple(input_shape) != (self.inputs,):
            raise ValueError(
                f"x: expected {self.inputs} features per sample for {self}; got shape "
                f"{tuple(input_shape)}; a Flatten layer makes one row of a map"
            )
        return (self.outputs,)

    def forward(
        self, params: dict, x: Array, *, training: bool = False, rng: Any = None
    ) -> tuple[Array, Array]:
        """(s, cache): equation (1)."""
        self.output_shape(tuple(x.shape[1:]))
        return x @ params["weight"].T + params["bias"], x

    def backward(
        self, params: dict, cache: Array, grad_y: Array
    ) -> tuple[Array, dict[str, Array]]:
        """(∂E/∂x, gradients): equation (2)."""
        bias = namespace(grad_y).sum(grad_y, axis=0)
        return grad_y @ params["weight"], {"weight": grad_y.T @ cache, "bias": bias}


class _NoParameters:
    """What layers without parameters share."""

    def shapes(self) -> dict[str, Shape]:
        """None."""
        return {}

    def init(self, rng: Any) -> dict[str, Array]:
        """None."""
        return {}

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of the input."""
        return tuple(input_shape)


@dataclass(frozen=True)
class Activation(_NoParameters):
    """An activation as a layer of its own: equation (3), any shape.

    ``Activation(tanh)`` with ``tanh`` from `course_lib.activations`.

    Source: HybridTech 2018, (2.10), (2.13). Chapter: backpropagation. Differs from it
    in: nothing.
    """

    phi: Elementwise

    def __post_init__(self) -> None:
        if not (hasattr(self.phi, "value") and hasattr(self.phi, "derivative")):
            raise ValueError(
                "phi: expected an activation of course_lib.activations, which knows "
                f"its derivative; got {self.phi!r}"
            )

    def forward(
        self, params: dict, x: Array, *, training: bool = False, rng: Any = None
    ) -> tuple[Array, Array]:
        """(φ(s), s)."""
        return self.phi.value(x), x

    def backward(
        self, params: dict, cache: Array, grad_y: Array
    ) -> tuple[Array, dict[str, Array]]:
        """(delta, {})."""
        return grad_y * self.phi.derivative(cache), {}


@dataclass(frozen=True)
class Flatten(_NoParameters):
    """(N, C, H, W) to (N, C H W), row by row; backward shapes back the same way.

    Source: HybridTech 2018 (implied). Chapter: convolution. Differs from it in:
    nothing.
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        """One axis."""
        return (math.prod(input_shape),)

    def forward(
        self, params: dict, x: Array, *, training: bool = False, rng: Any = None
    ) -> tuple[Array, Shape]:
        """(x as rows, its shape)."""
        return namespace(x).reshape(x, (x.shape[0], -1)), tuple(x.shape)

    def backward(
        self, params: dict, cache: Shape, grad_y: Array
    ) -> tuple[Array, dict[str, Array]]:
        """(∂E/∂x, {})."""
        return namespace(grad_y).reshape(grad_y, cache), {}


@dataclass(frozen=True)
class Dropout(_NoParameters):
    """In training each entry becomes 0 with probability ``rate``, else x / (1 − rate).

    Otherwise the identity. The mean of the output is the input (inverted dropout).

    Source: Srivastava et al. 2014; Golubinskiy and Tolstykh 2021, experiments.
    Chapter: learning-as-optimization. Differs from it in: scaled in training.
    """

    rate: float

    def __post_init__(self) -> None:
        if not 0 <= self.rate < 1:
            raise ValueError(f"rate: expected 0 <= rate < 1; got {self.rate}")

    def forward(
        self, params: dict, x: Array, *, training: bool = False, rng: Any = None
    ) -> tuple[Array, Array | None]:
        """(x times the mask, the mask)."""
        if not training or self.rate == 0:
            return x, None
        if rng is None:
            raise ValueError(
                "rng: Dropout in training draws a mask; pass rng=np.random.default_rng"
                "(seed)"
            )
        xp = namespace(x)
        kept = uniform(rng, tuple(x.shape), x) >= self.rate
        mask = xp.astype(kept, x.dtype) / (1 - self.rate)
        return x * mask, mask

    def backward(
        self, params: dict, cache: Array | None, grad_y: Array
    ) -> tuple[Array, dict[str, Array]]:
        """(∂E/∂x, {}): the same mask."""
        return (grad_y if cache is None else grad_y * cache), {}
