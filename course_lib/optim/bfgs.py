"""BFGS: learn the inverse Hessian from how the gradient changes.

With s = θ₊ − θ, y = g₊ − g and ρ = 1/(yᵀs), V approximates the inverse::

    V ← (I − ρ s yᵀ) V (I − ρ y sᵀ) + ρ s sᵀ,   V₊ y = s                    (1)
    p = −V g,   then a strong Wolfe search, which makes yᵀs > 0             (2)

V stays symmetric and positive definite; an update with too small a yᵀs is skipped. The
direct form learns the Hessian itself::

    B ← B − B s sᵀ B / (sᵀ B s) + y yᵀ / (yᵀ s),   B₊ s = y                 (3)

L-BFGS keeps the last m pairs instead of V and computes V g by two loops over them.

Source: Borisov 2024, slide BFGS. Chapter: newton-and-bfgs. Differs from it in: the
slide prints (3) as the inverse update, with sᵀs for yᵀs (`as_printed`).
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from course_lib.arrays import namespace
from course_lib.optim.line_search import Point, ray, strong_wolfe
from course_lib.optim.method import Status, StepInfo, check_fields, require

__all__ = [
    "BFGS",
    "LBFGS",
    "BFGSState",
    "LBFGSState",
    "hessian_update",
    "inverse_update",
]

Array = Any


def inverse_update(V: Array, s: Array, y: Array) -> Array:
    """Equation (1), expanded: one product V y, no P³.

    Source: Nocedal and Wright 2006, eq. (6.17). Chapter: newton-and-bfgs. Differs
    from it in: nothing.
    """
    rho, Vy = 1 / (y @ s), V @ y
    cross = Vy[:, None] * s[None, :]
    scale = rho * (1 + rho * (y @ Vy))
    return V + scale * s[:, None] * s[None, :] - rho * (cross + cross.T)


def hessian_update(B: Array, s: Array, y: Array) -> Array:
    """Equation (3).

    Source: Borisov 2024, slide BFGS. Chapter: newton-and-bfgs. Differs from it in:
    yᵀs for sᵀs; it is B, not its inverse.
    """
    Bs = B @ s
    return B - Bs[:, None] * Bs[None, :] / (s @ Bs) + y[:, None] * y[None, :] / (y @ s)


class BFGSState(NamedTuple):
    """V (None before the first step), and the point with its gradient."""

    V: Array | None
    point: Point | None


@dataclass(frozen=True)
class BFGS:
    """Equations (1) and (2), V₀ = I, scaled by yᵀs / yᵀy before the first update.

    Source: Borisov 2024. Chapter: newton-and-bfgs. Differs from it in: see the
    module.
    """

    c2: float = 0.9
    curvature: float = 1e-10  # of ‖y‖ ‖s‖, below which an update is skipped

    needs = ("value_and_gradient",)

    def __post_init__(self) -> None:
        check_fields(self, "c2", low=1e-4, high=1, open_low=True)

    def init(self, theta: Array) -> BFGSState:
        """Nothing known."""
        return BFGSState(None, None)

    def step(
        self, theta: Array, objective: Any, state: BFGSState
    ) -> tuple[Array, BFGSState, StepInfo]:
        """(θ, state, info) after one search."""
        xp = namespace(theta)

        def direction(g: Array) -> Array:
            return -g if state.V is None else -(state.V @ g)

        def learn(s: Array, y: Array) -> Array:
            V = state.V
            if V is None:
                eye = xp.eye(theta.shape[0], dtype=theta.dtype, device=theta.device)
                V = (y @ s) / (y @ y) * eye
            return inverse_update(V, s, y)

        found, kept, pair, info = _quasi_newton(
            self, theta, objective, state.point, direction, state.V is None
        )
        V = learn(*pair) if pair else state.V
        return found, BFGSState(V, kept), info


class LBFGSState(NamedTuple):
    """The last pairs (s, y, ρ), oldest first, and the point with its gradient."""

    pairs: tuple
    point: Point | None


@dataclass(frozen=True)
class LBFGS:
    """BFGS from the last ``memory`` pairs: O(memory · P) per step.

    Source: Nocedal 1980. Chapter: newton-and-bfgs. Differs from it in: nothing.
    """

    memory: int = 10
    c2: float = 0.9
    curvature: float = 1e-10

    needs = ("value_and_gradient",)

    def __post_init__(self) -> None:
        check_fields(self, "c2", low=1e-4, high=1, open_low=True)
        if not (isinstance(self.memory, int) and self.memory >= 1):
            raise ValueError(
                f"memory: expected a whole number >= 1; got {self.memory!r}"
            )

    def init(self, theta: Array) -> LBFGSState:
        """Nothing known."""
        return LBFGSState((), None)

    def step(
        self, theta: Array, objective: Any, state: LBFGSState
    ) -> tuple[Array, LBFGSState, StepInfo]:
        """(θ, state, info) after one search."""

        def direction(g: Array) -> Array:
            q, alphas = g, []
            for s, y, rho in reversed(state.pairs):
                alphas.append(rho * (s @ q))
                q = q - alphas[-1] * y
            if state.pairs:
                s, y, _ = state.pairs[-1]
                q = (s @ y) / (y @ y) * q
            for (s, y, rho), alpha in zip(state.pairs, reversed(alphas), strict=True):
                q = q + (alpha - rho * (y @ q)) * s
            return -q

        found, kept, pair, info = _quasi_newton(
            self, theta, objective, state.point, direction, not state.pairs
        )
        pairs = state.pairs
        if pair:
            s, y = pair
            pairs = (*pairs, (s, y, 1 / (y @ s)))[-self.memory :]
        return found, LBFGSState(pairs, kept), info


def _quasi_newton(
    method: Any, theta: Array, objective: Any, start: Any, direction: Any, first: bool
) -> tuple[Array, Point, tuple | None, StepInfo]:
    """One direction, one search: (θ, point, (s, y) or None, info), shared by both."""
    require(objective, *method.needs)
    xp = namespace(theta)
    if start is None:
        start = ray(objective, theta, xp.zeros_like(theta))(0.0)
    g = start.gradient
    norm = float(xp.linalg.vector_norm(g))
    if not (math.isfinite(start.value) and math.isfinite(norm)):
        info = StepInfo(start.value, norm, Status.NOT_FINITE)
        return theta, start, None, info
    if norm == 0:
        return theta, start, None, StepInfo(start.value, norm, Status.CONVERGED)
    p = direction(g)
    slope = float(xp.sum(g * p))
    if not slope < 0:  # rounding, or a V that has gone bad: start anew downhill
        p, slope = -g, -(norm**2)
    at, search = ray(objective, theta, p), start._replace(step=0.0, slope=slope)
    guess = min(1.0, 1 / norm) if first else 1.0
    found, used = strong_wolfe(at, search, guess, c2=method.c2)
    if found is None:
        info = StepInfo(start.value, norm, Status.NO_DESCENT, used)
        return theta, start, None, info
    s, y = found.theta - theta, found.gradient - g
    size = float(xp.linalg.vector_norm(s) * xp.linalg.vector_norm(y))
    pair = (s, y) if float(y @ s) > method.curvature * size else None
    info = StepInfo(found.value, norm, rejected=used - 1, damping=found.step)
    return found.theta, found, pair, info
