"""Newton's method: the step to the minimum of the second-order model.

    H p = −g                                                                (1)

The model has a minimum only where H is positive definite; elsewhere (1) leads to a
saddle or a maximum. ``shift`` adds τ I with the smallest τ of a growing sequence that
makes a Cholesky factorisation succeed; with ``shift=False`` (1) is solved as it stands,
as on the slide.

Source: Borisov 2024, slide Newton; Golubinskiy and Tolstykh 2021, (22)-(24). Chapter:
newton-and-bfgs. Differs from it in: the shift and the line search.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from course_lib.arrays import cholesky, cholesky_solve, namespace
from course_lib.optim.line_search import armijo, ray
from course_lib.optim.method import Status, StepInfo, require

__all__ = ["Newton", "NewtonState"]

Array = Any


class NewtonState(NamedTuple):
    """The shift τ that was needed last."""

    tau: float


@dataclass(frozen=True)
class Newton:
    """Equation (1), with Armijo's search where ``shift`` is on.

    Source: Golubinskiy and Tolstykh 2021, (22). Chapter: newton-and-bfgs. Differs
    from it in: see the module.
    """

    shift: bool = True

    needs = ("value_and_gradient", "hessian")

    def init(self, theta: Array) -> NewtonState:
        """τ = 0."""
        return NewtonState(0.0)

    def step(
        self, theta: Array, objective: Any, state: NewtonState
    ) -> tuple[Array, NewtonState, StepInfo]:
        """(θ, state, info) after one step."""
        require(objective, *self.needs)
        xp = namespace(theta)
        start = ray(objective, theta, xp.zeros_like(theta))(0.0)
        g, H = start.gradient, objective.hessian(theta)
        norm = float(xp.linalg.vector_norm(g))
        size = float(xp.max(abs(H)))
        if not math.isfinite(start.value + norm + size):
            return theta, state, StepInfo(start.value, norm, Status.NOT_FINITE)
        if not self.shift:
            try:
                new = theta + xp.linalg.solve(H, -g)
            except (ValueError, RuntimeError):  # NumPy's and torch's LinAlgError
                return theta, state, StepInfo(start.value, norm, Status.SINGULAR)
            value = float(objective.value(new))
            if not math.isfinite(value):
                return theta, state, StepInfo(start.value, norm, Status.NOT_FINITE)
            return new, state, StepInfo(value, norm)
        for tau in (0.0, *(size * 10.0**k for k in range(-6, 3))):
            L, ok = cholesky(H, tau)
            if ok:
                break
        else:
            return theta, state, StepInfo(start.value, norm, Status.SINGULAR)
        p = cholesky_solve(L, -g)
        slope = float(xp.sum(g * p))
        found, used = armijo(
            ray(objective, theta, p), start._replace(step=0.0, slope=slope)
        )
        if found is None:
            status = Status.NO_DESCENT if norm else Status.CONVERGED
            return theta, state, StepInfo(start.value, norm, status, used)
        info = StepInfo(found.value, norm, rejected=used - 1, damping=tau)
        return found.theta, NewtonState(tau), info
