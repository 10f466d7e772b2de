"""Derivatives by central differences: slow, simple, and right where the code is not.

    ∂f/∂θ_i ≈ [f(θ + h e_i) − f(θ − h e_i)] / 2h,   error ∼ h² f‴/6 + ε |f| / h    (1)

smallest for h ≈ ∛ε, about 6·10⁻⁶ in float64. The rule is one-sided nonsense at a kink
(ReLU at 0, a tie in max pooling): check away from kinks.

Source: HybridTech 2018 has no such check; Nocedal and Wright 2006, section 8.1.
Chapter: backpropagation. Differs from it in: nothing.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "GradientCheck",
    "check_gradient",
    "numerical_gradient",
    "numerical_jacobian",
    "relative_error",
]

Array = Any


def numerical_jacobian(
    f: Callable[[Array], Array], theta: Array, h: float | None = None
) -> np.ndarray:
    """∂f_m/∂θ_i by equation (1): shape (*f(θ).shape, *θ.shape), θ in NumPy float64.

    The step is h, or ∛ε max(1, |θ_i|) where h is None. θ is not changed.

    Source: Nocedal and Wright 2006, eq. (8.7). Chapter: backpropagation. Differs from
    it in: the step grows with |θ_i|.
    """
    theta = np.array(theta, np.float64)
    if h is not None and not h > 0:
        raise ValueError(f"h: expected a step > 0, or None; got {h}")
    steps = np.cbrt(np.finfo(float).eps) * np.maximum(1, np.abs(theta))
    steps = steps if h is None else np.full(theta.shape, h)
    columns = []
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += steps[i]
        below[i] -= steps[i]
        step = above[i] - below[i]  # as rounded, and before f may change its input
        change = np.asarray(f(above), float) - np.asarray(f(below), float)
        columns.append(change / step)
    if not columns:
        raise ValueError("theta: expected at least one parameter; got none")
    J = np.stack(columns, axis=-1)
    return J.reshape(J.shape[:-1] + theta.shape)  # θ may be a number: shape ()


def numerical_gradient(
    f: Callable[[Array], Any], theta: Array, h: float | None = None
) -> np.ndarray:
    """∂f/∂θ of a number f(θ), of the shape of θ, by equation (1)."""
    gradient = numerical_jacobian(f, theta, h)
    if gradient.shape != np.shape(theta):
        raise ValueError(
            f"f: expected a function that returns one number; got shape "
            f"{gradient.shape[: gradient.ndim - np.ndim(theta)]}"
        )
    return gradient


def relative_error(a: Array, b: Array) -> float:
    """‖a − b‖ / (‖a‖ + ‖b‖): 0 if equal, 1 if opposite or if one of them is 0."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape:
        raise ValueError(f"a, b: expected equal shapes; got {a.shape} and {b.shape}")
    size = np.linalg.norm(a.ravel()) + np.linalg.norm(b.ravel())
    return float(np.linalg.norm((a - b).ravel()) / size) if size else 0.0


class GradientCheck(NamedTuple):
    """What a gradient check found; ``worst`` is the entry that differs most."""

    ok: bool
    error: float
    worst: tuple[int, ...]
    given: np.ndarray
    expected: np.ndarray

    def __str__(self) -> str:
        verdict = "agrees" if self.ok else "DISAGREES"
        return (
            f"gradient {verdict}: relative error {self.error:.1e}; worst entry "
            f"{self.worst}: given {self.given[self.worst]:.6g}, "
            f"central difference {self.expected[self.worst]:.6g}"
        )


def check_gradient(
    f: Callable[[Array], Any],
    gradient: Array,
    theta: Array,
    h: float | None = None,
    tolerance: float = 1e-6,
) -> GradientCheck:
    """Compare a gradient of f at θ with central differences.

    ``gradient`` is the array to be checked, of the shape of θ. The default tolerance
    is far above rounding (about 1e-9 for smooth f of order 1) and far below any bug.
    A gradient that is not finite never passes.

    Source: none in the sources. Chapter: backpropagation. Differs from it in: nothing.
    """
    given = np.asarray(gradient, float)
    expected = numerical_gradient(f, theta, h)
    if given.shape != expected.shape:
        raise ValueError(
            f"gradient: expected the shape of theta, {expected.shape}; "
            f"got {given.shape}"
        )
    error = relative_error(given, expected)
    worst = np.unravel_index(np.argmax(np.abs(given - expected)), given.shape)
    place = tuple(int(i) for i in worst)
    return GradientCheck(error < tolerance, error, place, given, expected)
