"""AdaGrad: every weight gets its own rate, shrinking with the gradients it has seen.

    G ← G + g²                                                              (1)
    θ ← θ − η g / (√G + ε)                                                  (2)

Source: Borisov 2024, slide AdaGrad; Duchi, Hazan and Singer 2011. Chapter:
adaptive-methods. Differs from it in: ε, missing on the slide, without which a weight
that never had a gradient becomes 0/0.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from course_lib.arrays import namespace
from course_lib.optim.method import check_fields, check_pair

__all__ = ["AdaGrad", "AdaGradState"]

Array = Any


class AdaGradState(NamedTuple):
    """G: the sum of squared gradients of every weight."""

    G: Array


@dataclass(frozen=True)
class AdaGrad:
    """Equations (1) and (2), L2 decay added to g first.

    Source: Borisov 2024. Chapter: adaptive-methods. Differs from it in: ε; decay.
    """

    learning_rate: float = 0.01
    eps: float = 1e-10
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check_fields(self, "learning_rate", "eps", "weight_decay")

    def init(self, theta: Array) -> AdaGradState:
        """G = 0."""
        return AdaGradState(namespace(theta).zeros_like(theta))

    def update(
        self, theta: Array, gradient: Array, state: AdaGradState
    ) -> tuple[Array, AdaGradState]:
        """(θ, state) after one step."""
        check_pair(theta, gradient)
        g = gradient + self.weight_decay * theta
        G = state.G + g**2  # eq. 1
        step = g / (namespace(theta).sqrt(G) + self.eps)
        return theta - self.learning_rate * step, AdaGradState(G)  # eq. 2
