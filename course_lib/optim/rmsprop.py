"""RMSProp: the gradient divided by its running root mean square.

    S ← α S + (1 − α) g²                                                    (1)
    θ ← θ − η g / (√S + ε)                                                  (2)

Source: Tieleman and Hinton 2012; Radiuk 2020 names it among the optimizers. Chapter:
adaptive-methods. Differs from it in: nothing; torch's default is α = 0.99.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from course_lib.arrays import namespace
from course_lib.optim.method import check_fields, check_pair

__all__ = ["RMSProp", "RMSPropState"]

Array = Any


class RMSPropState(NamedTuple):
    """S: the running mean of g²."""

    S: Array


@dataclass(frozen=True)
class RMSProp:
    """Equations (1) and (2), L2 decay added to g first.

    Source: Tieleman and Hinton 2012. Chapter: adaptive-methods. Differs from it in:
    nothing.
    """

    learning_rate: float = 1e-3
    averaging: float = 0.9
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check_fields(self, "learning_rate", "eps", "weight_decay")
        check_fields(self, "averaging", high=1)

    def init(self, theta: Array) -> RMSPropState:
        """S = 0."""
        return RMSPropState(namespace(theta).zeros_like(theta))

    def update(
        self, theta: Array, gradient: Array, state: RMSPropState
    ) -> tuple[Array, RMSPropState]:
        """(θ, state) after one step."""
        check_pair(theta, gradient)
        g = gradient + self.weight_decay * theta
        S = self.averaging * state.S + (1 - self.averaging) * g**2  # eq. 1
        step = g / (namespace(theta).sqrt(S) + self.eps)
        return theta - self.learning_rate * step, RMSPropState(S)  # eq. 2
