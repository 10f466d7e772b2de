"""AdaDelta: AdaGrad with a short memory, and steps in the units of the weights.

    S ← α S + (1 − α) g²                                                    (1)
    Δ = √(D + ε) / √(S + ε) · g                                             (2)
    D ← α D + (1 − α) Δ²                                                    (3)
    θ ← θ − η Δ                                                             (4)

Source: Borisov 2024, slide AdaDelta; Zeiler 2012. Chapter: adaptive-methods. Differs
from it in: ε, missing on the slide: D starts at 0, so that nothing would ever move. It
sets the first step: √ε for a gradient of any size.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from course_lib.arrays import namespace
from course_lib.optim.method import check_fields, check_pair

__all__ = ["AdaDelta", "AdaDeltaState"]

Array = Any


class AdaDeltaState(NamedTuple):
    """S and D: running means of g² and of Δ²."""

    S: Array
    D: Array


@dataclass(frozen=True)
class AdaDelta:
    """Equations (1) to (4), L2 decay added to g first.

    Source: Borisov 2024. Chapter: adaptive-methods. Differs from it in: ε; one
    averaging constant for both means.
    """

    learning_rate: float = 1.0
    averaging: float = 0.9
    eps: float = 1e-6
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check_fields(self, "learning_rate", "eps", "weight_decay")
        check_fields(self, "averaging", high=1)

    def init(self, theta: Array) -> AdaDeltaState:
        """S = D = 0."""
        zero = namespace(theta).zeros_like(theta)
        return AdaDeltaState(zero, zero)

    def update(
        self, theta: Array, gradient: Array, state: AdaDeltaState
    ) -> tuple[Array, AdaDeltaState]:
        """(θ, state) after one step."""
        check_pair(theta, gradient)
        xp, a = namespace(theta), self.averaging
        g = gradient + self.weight_decay * theta
        S = a * state.S + (1 - a) * g**2  # eq. 1
        delta = xp.sqrt(state.D + self.eps) / xp.sqrt(S + self.eps) * g  # eq. 2
        D = a * state.D + (1 - a) * delta**2  # eq. 3
        return theta - self.learning_rate * delta, AdaDeltaState(S, D)  # eq. 4
