"""Three landscapes over the plane, the same in every chapter on optimizers.

``BOWL`` is a quadratic with condition number 25, turned by 30 degrees; ``VALLEY`` is
Rosenbrock's; ``SADDLE`` has two minima and a saddle between them. All are objectives
for `course_lib.training.minimize`, with exact derivatives; theta has shape (2,), and
value takes (..., 2) too, for contour lines.

Source: none in the sources; Rosenbrock 1960 for the valley. Chapter: gradient-descent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.objectives import ExplicitJacobian

__all__ = ["BOWL", "SADDLE", "VALLEY", "Landscape", "bowl"]


@dataclass(frozen=True)
class Landscape:
    """A function of the plane with what a picture of it needs.

    ``start`` and ``minima`` are points, ``view`` is (left, right, bottom, top).
    ``residual`` and ``jacobian``, where they exist, make it a sum of squares.
    """

    value: Callable[[Any], Any]
    gradient: Callable[[np.ndarray], np.ndarray]
    hessian: Callable[[np.ndarray], np.ndarray]
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...]
    view: tuple[float, float, float, float]
    residual: Callable[[np.ndarray], np.ndarray] | None = None
    jacobian: Callable[[np.ndarray], np.ndarray] | None = None

    def value_and_gradient(self, theta: np.ndarray) -> tuple[Any, np.ndarray]:
        """(value(theta), gradient(theta))."""
        return self.value(theta), self.gradient(theta)

    def linearize(self, theta: np.ndarray) -> ExplicitJacobian:
        """r and J at theta, of a sum of squares."""
        if self.residual is None or self.jacobian is None:
            raise ValueError(
                "landscape: expected a sum of squares (VALLEY is one); this one has no "
                "residual"
            )
        return ExplicitJacobian(self.residual(theta), self.jacobian(theta))


def bowl(condition: float = 25.0, angle: float = np.pi / 6) -> Landscape:
    """½ theta·A theta with eigenvalues 1 and ``condition``, turned by ``angle`` (rad).

    Source: none in the sources. Chapter: gradient-descent.
    """
    if not condition >= 1:
        raise ValueError(f"condition: expected a number >= 1; got {condition}")
    c, s = np.cos(angle), np.sin(angle)
    R = np.array([[c, -s], [s, c]])
    A = R @ np.diag([1.0, condition]) @ R.T
    r = np.sqrt([1.0, condition])[:, None] * R.T  # A = rᵀ r
    return Landscape(
        value=lambda theta: 0.5 * np.sum((np.asarray(theta) @ r.T) ** 2, axis=-1),
        gradient=lambda theta: A @ theta,
        hessian=lambda theta: A.copy(),
        start=(-2.0, 1.5),
        minima=((0.0, 0.0),),
        view=(-2.6, 2.6, -2.0, 2.0),
        residual=lambda theta: r @ theta,
        jacobian=lambda theta: r.copy(),
    )


def _valley_value(theta: Any) -> Any:
    x, y = np.moveaxis(np.asarray(theta), -1, 0)
    return 50 * (y - x**2) ** 2 + 0.5 * (1 - x) ** 2


def _valley_residual(theta: np.ndarray) -> np.ndarray:
    x, y = theta
    return np.array([10 * (y - x**2), 1 - x])


def _valley_jacobian(theta: np.ndarray) -> np.ndarray:
    return np.array([[-20 * theta[0], 10.0], [-1.0, 0.0]])


def _valley_hessian(theta: np.ndarray) -> np.ndarray:
    x, y = theta
    return np.array([[600 * x**2 - 200 * y + 1, -200 * x], [-200 * x, 100.0]])


def _saddle_value(theta: Any) -> Any:
    x, y = np.moveaxis(np.asarray(theta), -1, 0)
    return x**4 / 4 - x**2 / 2 + y**2 / 2


BOWL = bowl()

VALLEY = Landscape(
    value=_valley_value,
    gradient=lambda theta: _valley_jacobian(theta).T @ _valley_residual(theta),
    hessian=_valley_hessian,
    start=(-1.2, 1.0),
    minima=((1.0, 1.0),),
    view=(-1.8, 1.8, -0.8, 2.2),
    residual=_valley_residual,
    jacobian=_valley_jacobian,
)

SADDLE = Landscape(
    value=_saddle_value,
    gradient=lambda theta: np.array([theta[0] ** 3 - theta[0], theta[1]]),
    hessian=lambda theta: np.array([[3 * theta[0] ** 2 - 1, 0.0], [0.0, 1.0]]),
    start=(0.3, 1.2),
    minima=((-1.0, 0.0), (1.0, 0.0)),
    view=(-1.8, 1.8, -1.5, 1.5),
)
