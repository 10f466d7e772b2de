"""Apollo: momentum divided by a diagonal estimate of the curvature.

For each parameter array (segment) on its own, with t = 1, 2, ... and d₋ the last step's
direction::

    α = (1 − β) / (1 − βᵗ),   Δ = g − m,   m ← m + α Δ                      (1)
    u = d₋ / c  with  c = ‖d₋‖₄ + ε/σ                                       (2)
    B ← B − [α Δ·u / c + Σ B u²] u²                                         (3)
    d = m / max(|B|, σ)                                                     (4)
    θ ← θ − η d                                                             (5)

B makes a weak secant equation hold along d₋; |B| keeps the step a descent one and σ
bounds it. Only η/σ matters, not both.

Source: Abdulkadirov and Lyakhov 2023, Algorithm 3; Ma 2020. Chapter:
adaptive-methods. Differs from it in: t from 1; the norms per segment and the divisor
(2) as in Ma's code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from course_lib.arrays import namespace
from course_lib.optim.method import check_fields, check_pair

__all__ = ["Apollo", "ApolloState"]

Array = Any


class ApolloState(NamedTuple):
    """m, B and the direction d of equations (1) to (4), and the number t of steps."""

    m: Array
    B: Array
    d: Array
    t: int


@dataclass(frozen=True)
class Apollo:
    """Equations (1) to (5) on every segment of θ.

    ``segments``: (start, stop) of every array, such as
    ``[(s.start, s.stop) for s in net.segments]``; None takes θ as one array, which is
    another method.

    Source: Ma 2020; Abdulkadirov and Lyakhov 2023, Algorithm 3. Chapter:
    adaptive-methods. Differs from it in: see the module.
    """

    learning_rate: float
    beta: float = 0.9
    eps: float = 1e-4
    sigma: float = 0.01
    weight_decay: float = 0.0
    segments: Sequence[tuple[int, int]] | None = None

    def __post_init__(self) -> None:
        check_fields(self, "learning_rate", "eps", "weight_decay")
        check_fields(self, "sigma", open_low=True)
        check_fields(self, "beta", high=1)

    def init(self, theta: Array) -> ApolloState:
        """m = B = d = 0, t = 0."""
        zero = namespace(theta).zeros_like(theta)
        return ApolloState(zero, zero, zero, 0)

    def update(
        self, theta: Array, gradient: Array, state: ApolloState
    ) -> tuple[Array, ApolloState]:
        """(θ, state) after one step."""
        check_pair(theta, gradient)
        xp, t = namespace(theta), state.t + 1
        segments = self.segments or [(0, theta.shape[0])]
        g = gradient + self.weight_decay * theta
        alpha = (1 - self.beta) / (1 - self.beta**t)
        change = alpha * (g - state.m)
        m = state.m + change  # eq. 1
        parts = []
        for start, stop in segments:
            B, d = state.B[start:stop], state.d[start:stop]
            c = xp.sum(d**4) ** 0.25 + self.eps / self.sigma
            u = d / c  # eq. 2
            drift = xp.sum(change[start:stop] * u) / c + xp.sum(B * u**2)
            parts.append(B - drift * u**2)  # eq. 3
        B = xp.concat(parts)
        if B.shape != m.shape:
            raise ValueError(
                f"segments: expected the parts of a theta of {m.shape[0]} numbers, in "
                f"order; they hold {B.shape[0]}"
            )
        d = m / xp.clip(abs(B), self.sigma, None)  # eq. 4
        return theta - self.learning_rate * d, ApolloState(m, B, d, t)  # eq. 5
