"""Levenberg-Marquardt: Gauss-Newton, damped until the value falls.

From the residual u and Jacobian J of an objective (`course_lib.objectives`)::

    (Jᵀ J + λ D) p = −Jᵀ u,   θ ← θ + p                                     (1)

D = I (Levenberg) or diag(Jᵀ J) (Marquardt, scale invariant). λ → 0 is Gauss-Newton,
λ → ∞ a short step against the gradient. With D = I the same step costs a solve of the
size of the *rows* instead of the parameters::

    (J Jᵀ + λ I) α = u,   p = −Jᵀ α                                         (2)

and J Jᵀ comes from the layers' factors without J: thousands of parameters per row are
no obstacle. The third way forms no matrix at all: conjugate gradients on (1).

How λ moves, with gain = (E(θ) − E(θ + p)) / (decrease the model predicts)::

    "multiply"      success: λ / factor;  failure: λ · factor               (3)
    "nielsen"       success: λ · max(1/3, 1 − (2 gain − 1)³);
                    failure: λ · ν, ν ← 2 ν                                 (4)
    "trust-region"  λ such that ‖p‖ = Δ; Δ halved where gain < ¼, doubled
                    where gain > ¾                                          (5)

Source: Golubinskiy and Tolstykh 2021, (22)-(27); Borisov 2024, slide on the method;
(3) Hagan and Menhaj 1994; (4) Nielsen 1999; (5) Moré 1978. Chapter:
levenberg-marquardt. Differs from it in: J = ∂(prediction − target)/∂θ, so p is added
and g = Jᵀ u; D is not called I; the sign of the paper's (32), see the chapter.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from course_lib.arrays import cholesky, cholesky_solve, namespace
from course_lib.objectives import CHUNK
from course_lib.optim.method import Status, StepInfo, check_fields, require

__all__ = ["LMState", "LevenbergMarquardt", "Route", "explain", "routes"]

Array = Any


class LMState(NamedTuple):
    """Damping λ, Nielsen's ν, trust radius Δ (0: not yet chosen)."""

    lam: float
    nu: float = 2.0
    radius: float = 0.0


@dataclass(frozen=True)
class LevenbergMarquardt:
    """Equation (1) by the cheapest of its routes.

    Parameters
    ----------
    damping : float
        λ of the first step, in units of u² / θ².
    scaling : "identity" or "marquardt"
        D. Marquardt's entries of 0 become 1: a dead weight would else make (1)
        singular.
    schedule : "multiply", "nielsen" or "trust-region"
        Equations (3) to (5).
    solve : "auto", "primal", "dual" or "matrix-free"
        See `routes`.
    attempts : int
        Trial points per step.
    factor : float
        Of (3).
    weight_decay : float
        ρ: adds ½ ρ θ·θ to the objective, exactly.
    memory_limit : float
        Bytes that "auto" may plan for.

    Source: Golubinskiy and Tolstykh 2021, section 3. Chapter: levenberg-marquardt.
    Differs from it in: see the module.
    """

    damping: float = 1e-2
    scaling: Literal["identity", "marquardt"] = "identity"
    schedule: Literal["multiply", "nielsen", "trust-region"] = "multiply"
    solve: Literal["auto", "primal", "dual", "matrix-free"] = "auto"
    attempts: int = 10
    factor: float = 10.0
    weight_decay: float = 0.0
    memory_limit: float = 4e9
    largest: float = 1e16  # λ beyond which a step is lost in rounding

    needs = ("linearize", "value")

    def __post_init__(self) -> None:
        check_fields(self, "damping", open_low=True)
        check_fields(self, "factor", low=1, open_low=True)
        check_fields(self, "attempts", low=1)
        check_fields(self, "weight_decay")
        for name, known in (
            ("scaling", ("identity", "marquardt")),
            ("schedule", ("multiply", "nielsen", "trust-region")),
            ("solve", ("auto", "primal", "dual", "matrix-free")),
        ):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name}: expected one of {known}; got {getattr(self, name)!r}"
                )
        if self.schedule == "trust-region" and self.solve == "matrix-free":
            raise ValueError("schedule: a trust region needs a factorisation")

    def init(self, theta: Array) -> LMState:
        """λ = damping."""
        return LMState(self.damping)

    def step(
        self, theta: Array, objective: Any, state: LMState
    ) -> tuple[Array, LMState, StepInfo]:
        """(θ, state, info): the first trial point that lowers the value.

        If none of ``attempts`` does, θ stays and λ keeps its last value.
        """
        require(objective, *self.needs)
        lin, rho = objective.linearize(theta), self.weight_decay
        E = float(lin.value + rho / 2 * (theta @ theta))
        system = self.system(lin, theta)
        norm = float(namespace(theta).linalg.vector_norm(system.g))
        if not (math.isfinite(E) and math.isfinite(norm)):
            return theta, state, StepInfo(E, norm, Status.NOT_FINITE)
        if norm == 0:
            return theta, state, StepInfo(E, norm, Status.CONVERGED)
        if self.schedule == "trust-region" and not state.radius:
            size = float(namespace(theta).linalg.vector_norm(theta))
            state = state._replace(radius=max(size, 1.0))
        for k in range(self.attempts):
            if self.schedule == "trust-region":
                state = state._replace(lam=system.damping_of(state))
            p = system.step(state.lam)
            gain, trial = -1.0, None
            if p is not None:
                trial = theta + p
                value = objective.value(trial) + rho / 2 * (trial @ trial)
                fall = E - float(value)
                predicted = (
                    state.lam * float(p @ (system.D * p)) - float(system.g @ p)
                ) / 2
                gain = fall / predicted if predicted > 0 else -1.0
            accepted = gain > 0 and math.isfinite(gain)
            state = self._adapt(state, gain, accepted, p)
            if accepted and trial is not None:
                info = StepInfo(E - fall, norm, rejected=k, damping=state.lam)
                return trial, state, info
            if state.lam > self.largest or (state.radius and state.radius < 1e-15):
                break
        done = state.lam > self.largest or 0 < state.radius < 1e-15
        status = Status.DAMPING_EXHAUSTED if done else Status.REJECTED
        return theta, state, StepInfo(E, norm, status, k + 1, state.lam)

    def _adapt(self, state: LMState, gain: float, accepted: bool, p: Any) -> LMState:
        """Equations (3) to (5)."""
        if self.schedule == "multiply":
            lam = state.lam / self.factor if accepted else state.lam * self.factor
            return state._replace(lam=max(lam, 1e-16))
        if self.schedule == "nielsen":
            if accepted:
                shrink = max(1 / 3, 1 - (2 * min(gain, 10.0) - 1) ** 3)
                return state._replace(lam=max(state.lam * shrink, 1e-16), nu=2.0)
            return state._replace(lam=state.lam * state.nu, nu=2 * state.nu)
        length = float(namespace(p).linalg.vector_norm(p)) if p is not None else 0.0
        if gain < 0.25:
            return state._replace(radius=min(length or state.radius, state.radius) / 2)
        if gain > 0.75:
            return state._replace(radius=max(state.radius, 2 * length))
        return state

    def system(self, lin: Any, theta: Array) -> "_System":
        """(1) at θ by the chosen route, to be solved for any λ with its ``step``."""
        kind = self.solve
        if kind == "auto":
            able = [r for r in routes(lin, self.scaling) if self._can_take(r.name)]
            fitting = [r for r in able if r.bytes <= self.memory_limit]
            if not fitting:
                least = min(able, key=lambda route: route.bytes)
                raise ValueError(
                    f"memory_limit: no route fits; the smallest, {least.name}, needs "
                    f"{least.bytes:.3g} bytes, got {self.memory_limit:.3g}; use fewer "
                    "samples at a time"
                )
            kind = fitting[0].name
        made = {"primal": _Primal, "dual": _Dual, "matrix-free": _MatrixFree}[kind]
        return made(lin, theta, self.scaling, self.weight_decay)

    def _can_take(self, route: str) -> bool:
        """Whether a route knows this scaling, decay and schedule."""
        if route == "primal":
            return True
        special = (self.scaling == "marquardt") + (self.schedule == "trust-region")
        plain = route == "matrix-free" or self.weight_decay > 0
        return special == 0 if plain else special < 2


# --------------------------------------------------------------------------------
# Routes


class Route(NamedTuple):
    """One way to solve (1): floating-point operations and bytes, both estimates.

    The bytes are those of factors, rows and matrices at their peak. What the passes
    that made the linearization held meanwhile is not counted: on large images it is
    the most.
    """

    name: str
    flops: float
    bytes: float


def routes(
    lin: Any, scaling: str = "identity", memory_limit: float = math.inf
) -> list[Route]:
    """The routes that fit into memory, the cheapest first; perhaps none.

    Counts: forming half of the matrix, one factorisation and its solves. A product with
    J is charged at ten times its count: it waits for memory, the others for arithmetic.
    "matrix-free" is charged as many of them as the smaller side has rows; how many it
    needs depends on the damping. It cannot do Marquardt's scaling.
    """
    R, P = lin.size
    product, gram, stored = 2.0 * R * P, 2.0 * R**2 * P, float(R * P)
    normal, rows, passing = 0.0, 2.0 * R**2, 0.0
    if hasattr(lin, "blocks"):
        stored = passing = sum(_stored(block) for block in lin.blocks)
        normal = 2.0 * min(R, CHUNK) * P  # of J at a time: its parts, and put together
        rows += 2 * max(_samples(block) for block in lin.blocks) ** 2
        if scaling == "identity":
            product = sum(_product_flops(block) for block in lin.blocks)
            gram = sum(_gram_flops(block) for block in lin.blocks)
    if scaling == "marquardt":  # J is formed, and a second time, scaled
        rows = 2.0 * R**2 + R * P * (2 if passing else 1)
    product *= 10

    def route(name: str, flops: float, numbers: float) -> Route:
        numbers += stored + 6 * (R + P)
        return Route(name, flops, lin.r.dtype.itemsize * numbers)

    found = [
        route("primal", R * P**2 + P**3 / 3, P**2 + max(normal, P**2)),
        route("dual", gram + R**3 / 3 + 2 * product, rows),
        route("matrix-free", 2 * min(R, P) * product, passing),
    ]
    if scaling == "marquardt":
        found.pop()
    fitting = [each for each in found if each.bytes <= memory_limit]
    return sorted(fitting, key=lambda each: each.flops)


def explain(lin: Any, scaling: str = "identity", memory_limit: float = math.inf) -> str:
    """The table of routes for a linearization, as text; "too big": beyond the limit."""
    R, P = lin.size
    lines = [f"{R} rows, {P} parameters", "route          Gflop       MB"]
    for route in routes(lin, scaling):
        lines.append(
            f"{route.name:12s} {route.flops / 1e9:8.3g} {route.bytes / 1e6:8.3g}"
            + ("  too big" if route.bytes > memory_limit else "")
        )
    return "\n".join(lines)


def _product_flops(block: Any) -> float:
    """Of J v or Jᵀ u for one block."""
    if hasattr(block, "A"):
        (N, K, out), d = block.Delta.shape, block.A.shape[1]
        return 2.0 * N * out * (d + K)
    return 2.0 * block.G.shape[0] * block.G.shape[1] * block.width


def _gram_flops(block: Any) -> float:
    """Of J Jᵀ for one block."""
    if hasattr(block, "A"):
        (N, K, out), d = block.Delta.shape, block.A.shape[1]
        return 1.0 * (N * K) ** 2 * (out + 10) + N**2 * d  # 10: scaled and added
    return 1.0 * (block.G.shape[0] * block.G.shape[1]) ** 2 * (block.width + 10)


def _samples(block: Any) -> int:
    """N."""
    return (block.A if hasattr(block, "A") else block.G).shape[0]


def _stored(block: Any) -> float:
    """Numbers kept for one block."""
    if hasattr(block, "A"):
        return float(math.prod(block.Delta.shape) + math.prod(block.A.shape))
    return float(math.prod(block.G.shape))


# --------------------------------------------------------------------------------
# The linear systems


class _System:
    """(1) at one θ for any λ: gradient g (decay included), diagonal D, `step`."""

    def __init__(self, lin: Any, theta: Array, scaling: str, rho: float) -> None:
        self.lin, self.theta, self.rho = lin, theta, rho
        self.g = lin.vjp(lin.r)
        if rho:
            self.g = self.g + rho * theta
        self.D: Any = namespace(theta).ones_like(theta)

    def step(self, lam: float) -> Array | None:
        """p, or None where the matrix is not positive definite."""
        raise NotImplementedError

    def length_and_slope(self, lam: float) -> tuple[float, float] | None:
        """‖p‖ and d‖p‖/dλ, for a trust region."""
        raise NotImplementedError

    def damping_of(self, state: LMState) -> float:
        """λ with ‖p‖ = Δ within a tenth, by Newton's iteration on 1/‖p‖ − 1/Δ.

        Kept inside a bracket: ‖p‖ <= ‖D⁻¹ g‖ / λ gives its upper end.
        """
        radius = state.radius
        low, lam = 1e-16, 1e-16
        high = float(namespace(self.g).linalg.vector_norm(self.g / self.D)) / radius
        for _ in range(50):
            found = self.length_and_slope(lam)
            if found is None:  # not positive definite: more damping
                low = max(low, lam)
                lam = max(10 * lam, 1e-10 * high)
                continue
            length, slope = found
            if length > 1.1 * radius:
                low = max(low, lam)
            elif lam <= 1e-16 or length >= 0.9 * radius:
                break
            else:
                high = min(high, lam)
            lam += (1 - length / radius) * length / slope if slope else 0.0
            if not low < lam < high:
                lam = math.sqrt(low * high)
        return lam


class _Primal(_System):
    """Jᵀ J + λ D, of the size of the parameters."""

    def __init__(self, lin: Any, theta: Array, scaling: str, rho: float) -> None:
        super().__init__(lin, theta, scaling, rho)
        xp = namespace(theta)
        self.A = lin.normal()
        if scaling == "marquardt":
            self.D = _floored(xp.linalg.diagonal(self.A))

    def step(self, lam: float) -> Array | None:
        L, ok = cholesky(self.A, lam * self.D + self.rho)
        return cholesky_solve(L, -self.g) if ok else None

    def length_and_slope(self, lam: float) -> tuple[float, float] | None:
        L, ok = cholesky(self.A, lam * self.D + self.rho)
        if not ok:
            return None
        p = cholesky_solve(L, -self.g)
        q = cholesky_solve(L, self.D * p)
        length = float(namespace(p).linalg.vector_norm(p))
        return length, -float(p @ q) / length


class _Dual(_System):
    """J Jᵀ + (λ + ρ) I, of the size of the rows; with D, J D⁻¹ Jᵀ + λ I from J."""

    def __init__(self, lin: Any, theta: Array, scaling: str, rho: float) -> None:
        super().__init__(lin, theta, scaling, rho)
        xp = namespace(theta)
        self.J = None
        if scaling == "marquardt":
            if rho:
                raise ValueError(
                    'weight_decay: expected 0 with scaling="marquardt" on the dual '
                    f'route; got {rho}; use solve="primal"'
                )
            self.J = lin.jacobian()
            self.D = _floored(xp.sum(self.J**2, axis=0))
            self.K = (self.J / self.D) @ self.J.T
        else:
            self.K = lin.gram()
        self.Jw = lin.jvp(theta) if rho else None

    def step(self, lam: float) -> Array | None:
        mu = lam + self.rho
        L, ok = cholesky(self.K, mu)
        if not ok:
            return None
        if self.J is not None:
            return -(self.J.T @ cholesky_solve(L, self.lin.r)) / self.D
        if self.Jw is None:
            return -self.lin.vjp(cholesky_solve(L, self.lin.r))  # eq. 2
        pull = self.rho / mu
        alpha = cholesky_solve(L, self.lin.r - pull * self.Jw)
        return -pull * self.theta - self.lin.vjp(alpha)

    def length_and_slope(self, lam: float) -> tuple[float, float] | None:
        if self.J is not None or self.rho:
            raise ValueError(
                'schedule: "trust-region" on the dual route expects scaling='
                '"identity" and weight_decay 0; use solve="primal"'
            )
        L, ok = cholesky(self.K, lam)
        if not ok:
            return None
        alpha = cholesky_solve(L, self.lin.r)
        q = cholesky_solve(L, alpha)
        square = float(alpha @ (self.lin.r - lam * alpha))  # pᵀp = αᵀ K α
        length = math.sqrt(max(square, 0.0))
        return length, -float(alpha @ (alpha - lam * q)) / max(length, 1e-300)


class _MatrixFree(_System):
    """Conjugate gradients on (1) with products J v and Jᵀ u."""

    def __init__(self, lin: Any, theta: Array, scaling: str, rho: float) -> None:
        super().__init__(lin, theta, scaling, rho)
        if scaling == "marquardt":
            raise ValueError(
                'scaling: expected "identity" on the matrix-free route, which never '
                'sees the diagonal; got "marquardt"'
            )

    def step(self, lam: float) -> Array | None:
        shift, tolerance = lam + self.rho, 1e-16 * float(self.g @ self.g)
        p = namespace(self.g).zeros_like(self.g)
        rest = -self.g
        direction, square = rest, float(rest @ rest)
        for _ in range(2 * min(self.lin.size)):
            if square <= tolerance:
                break
            image = self.lin.vjp(self.lin.jvp(direction)) + shift * direction
            length = square / float(direction @ image)
            p, rest = p + length * direction, rest - length * image
            before, square = square, float(rest @ rest)
            direction = rest + square / before * direction
        return p


def _floored(D: Array) -> Array:
    """Marquardt's diagonal, kept away from 0; all 1 if it is 0 everywhere.

    A weight that hardly matters, D_i ≪ D_max, takes steps ~ 1 / (λ √D_i): below the
    floor no λ up to ``largest`` would hold it, and every trial point fails.
    """
    xp = namespace(D)
    top = xp.max(D)
    return xp.clip(D, 1e-20 * top, None) if top > 0 else xp.ones_like(D)
