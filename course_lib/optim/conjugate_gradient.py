"""Nonlinear conjugate gradients: each direction keeps what the last one has won.

    p = −g + β p₋                                                           (1)
    β = g·g / g₋·g₋                      Fletcher and Reeves                (2)
    β = max(0, g·(g − g₋) / g₋·g₋)       Polak and Ribière, clipped         (3)

followed by a line search with c₂ = 0.1. On a quadratic with exact searches the
directions are *conjugate*, pᵢᵀ H pⱼ = 0 (not orthogonal, as the slide says), and n
steps reach the minimum of n variables. p restarts at −g every ``restart`` steps and
wherever it does not descend.

Source: Borisov 2024, slide on conjugate gradients. Chapter: conjugate-gradients.
Differs from it in: weight decay belongs into g, and there is no momentum term, which
would destroy conjugacy; the search is over E(θ + a p), not E(a p).
"""

import math
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from course_lib.arrays import namespace
from course_lib.optim.line_search import Point, ray, strong_wolfe
from course_lib.optim.method import Status, StepInfo, require

__all__ = ["ConjugateGradient", "ConjugateGradientState"]

Array = Any


class ConjugateGradientState(NamedTuple):
    """The point with its gradient, direction p, first step of the search, steps."""

    point: Point | None
    p: Array
    first: float
    k: int


@dataclass(frozen=True)
class ConjugateGradient:
    """Equations (1) to (3) with a strong Wolfe search; full batch only.

    Source: Borisov 2024. Chapter: conjugate-gradients. Differs from it in: see the
    module.
    """

    formula: Literal["polak-ribiere", "fletcher-reeves"] = "polak-ribiere"
    restart: int | None = None
    c2: float = 0.1

    needs = ("value_and_gradient",)

    def __post_init__(self) -> None:
        if self.formula not in ("polak-ribiere", "fletcher-reeves"):
            raise ValueError(
                'formula: expected "polak-ribiere" or "fletcher-reeves"; got '
                f"{self.formula!r}"
            )
        if self.restart is not None and not self.restart >= 1:
            raise ValueError(
                f"restart: expected >= 1 steps, or None for P; got {self.restart}"
            )
        if not 0 < self.c2 < 0.5:
            raise ValueError(
                f"c2: expected 0 < c2 < 0.5, else descent is not sure; got {self.c2}"
            )

    def init(self, theta: Array) -> ConjugateGradientState:
        """Nothing known."""
        return ConjugateGradientState(None, namespace(theta).zeros_like(theta), 0.0, 0)

    def step(
        self, theta: Array, objective: Any, state: ConjugateGradientState
    ) -> tuple[Array, ConjugateGradientState, StepInfo]:
        """(θ, state, info) after one direction and one search."""
        require(objective, *self.needs)
        xp = namespace(theta)
        start = state.point
        if start is None:
            start = ray(objective, theta, state.p)(0.0)
        g = start.gradient
        norm = float(xp.linalg.vector_norm(g))
        if not (math.isfinite(start.value) and math.isfinite(norm)):
            info = StepInfo(start.value, norm, Status.NOT_FINITE)
            return theta, state._replace(point=start), info
        p, k = state.p - g, state.k + 1  # β is in state.p already: eq. 1
        slope = float(xp.sum(g * p))
        if slope >= 0 or k > (self.restart or theta.shape[0]):
            p, slope, k = -g, -(norm**2), 1
        if norm == 0:
            info = StepInfo(start.value, norm, Status.CONVERGED)
            return theta, state._replace(point=start), info
        guess = state.first / -slope if state.first else min(1.0, 1 / norm)
        search = start._replace(step=0.0, slope=slope)
        found, used = strong_wolfe(ray(objective, theta, p), search, guess, c2=self.c2)
        if found is None:
            info = StepInfo(start.value, norm, Status.NO_DESCENT, used)
            return theta, state._replace(point=start), info
        y = found.gradient - g if self.formula == "polak-ribiere" else found.gradient
        beta = max(0.0, float(xp.sum(found.gradient * y)) / norm**2)  # eq. 2, 3
        new = ConjugateGradientState(found, beta * p, -found.step * slope, k)
        info = StepInfo(found.value, norm, rejected=used - 1, damping=found.step)
        return found.theta, new, info
