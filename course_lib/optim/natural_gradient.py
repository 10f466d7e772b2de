"""Natural gradient with the model's own Fisher matrix.

For a model that predicts a distribution p(t | x, θ), the Fisher matrix is the mean,
over the data's x and the *model's* t, of the outer product of scores. For softmax with
cross-entropy, logistic with binary cross-entropy, and a Gaussian of fixed variance with
squared error it is the Gauss-Newton matrix of the loss::

    F = E[∇ ln p ∇ ln pᵀ] = Jᵀ J,     θ ← θ − η (F + λ I)⁻¹ g              (1)

with J of `course_lib.objectives`. That is a Levenberg-Marquardt step of fixed damping
that nobody tests; what NGDM calls natural uses an F that knows neither model nor data.

Source: Amari 1998; Abdulkadirov and Lyakhov 2023, (2), names it. Chapter:
natural-gradient. Differs from it in: F is the model's.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

from course_lib.arrays import namespace
from course_lib.optim.levenberg_marquardt import LevenbergMarquardt
from course_lib.optim.method import Status, StepInfo, check_fields, require

__all__ = ["NaturalGradient"]

Array = Any


@dataclass(frozen=True)
class NaturalGradient:
    """Equation (1); ``solve`` "primal" and "dual" factorise, "matrix-free" uses CG.

    Source: Amari 1998. Chapter: natural-gradient. Differs from it in: the damping.
    """

    learning_rate: float = 1.0
    damping: float = 1e-3
    solve: Literal["auto", "primal", "dual", "matrix-free"] = "auto"

    needs = ("linearize", "value")

    def __post_init__(self) -> None:
        check_fields(self, "learning_rate")
        check_fields(self, "damping", open_low=True)

    def init(self, theta: Array) -> tuple[()]:
        """Nothing to remember."""
        return ()

    def step(
        self, theta: Array, objective: Any, state: tuple[()]
    ) -> tuple[Array, tuple[()], StepInfo]:
        """(θ, state, info) after one step."""
        require(objective, *self.needs)
        lin = objective.linearize(theta)
        system = LevenbergMarquardt(solve=self.solve).system(lin, theta)
        norm = float(namespace(theta).linalg.vector_norm(system.g))
        p = system.step(self.damping)
        if p is None:
            return theta, state, StepInfo(float(lin.value), norm, Status.SINGULAR)
        new = theta + self.learning_rate * p  # eq. 1
        value = float(objective.value(new))
        if not math.isfinite(value):
            return theta, state, StepInfo(float(lin.value), norm, Status.NOT_FINITE)
        return new, state, StepInfo(value, norm, damping=self.damping)
