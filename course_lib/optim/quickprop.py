"""Quickprop: each weight jumps to the minimum of a parabola through two slopes.

With S = g + ρ θ and Δ the last step subtracted from θ::

    β = S / (S₋ − S)                                                        (1)
    η = η₀ where Δ = 0 or Δ S > 0, else 0                                   (2)
    μ = μ_max where β > μ_max or Δ S β < 0, else β                          (3)
    Δ ← η S + μ Δ,   θ ← θ − Δ                                              (4)

Along the last move: a smaller slope of the same sign jumps on by β, a changed sign
steps back by −1 < β < 0, an equal or larger slope (no minimum ahead) goes on at μ_max
times the last step. A weight whose last step was 0 starts again by (2).

Source: Borisov 2024, slide quickProp; Fahlman 1988. Chapter: step-per-weight.
Differs from it in: the signs of Δ in (2) and (3), which the slide took over from the
convention θ ← θ + Δ; with them it diverges (`as_printed`).
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from course_lib.arrays import namespace
from course_lib.optim.method import check_fields, check_pair

__all__ = ["Quickprop", "QuickpropState"]

Array = Any


class QuickpropState(NamedTuple):
    """Δ and S of the last step."""

    delta: Array
    S: Array


@dataclass(frozen=True)
class Quickprop:
    """Equations (1) to (4); full batch only.

    Source: Borisov 2024, slide quickProp. Chapter: step-per-weight. Differs from it
    in: the signs, see the module.
    """

    learning_rate: float = 0.05
    largest: float = 1.75
    weight_decay: float = 0.0

    _sign = 1.0

    def __post_init__(self) -> None:
        check_fields(self, "learning_rate", "largest", open_low=True)
        check_fields(self, "weight_decay")

    def init(self, theta: Array) -> QuickpropState:
        """Δ = S = 0."""
        zero = namespace(theta).zeros_like(theta)
        return QuickpropState(zero, zero)

    def update(
        self, theta: Array, gradient: Array, state: QuickpropState
    ) -> tuple[Array, QuickpropState]:
        """(θ, state) after one step."""
        check_pair(theta, gradient)
        xp = namespace(theta)
        S = gradient + self.weight_decay * theta
        last = self._sign * state.delta
        fall = state.S - S
        safe = xp.where(fall == 0, xp.ones_like(fall), fall)
        beta = S / safe  # eq. 1
        downhill = (last == 0) | (last * S > 0)
        slope = xp.where(downhill, self.learning_rate * S, 0 * S)  # eq. 2
        capped = (fall == 0) | (beta > self.largest) | (last * S * beta < 0)
        mu = xp.where(capped, self.largest, beta)  # eq. 3
        delta = slope + mu * state.delta  # eq. 4
        return theta - delta, QuickpropState(delta, S)
