"""Adam: momentum divided by the root mean square, both corrected for their start at 0.

    m ← β₁ m + (1 − β₁) g,          v ← β₂ v + (1 − β₂) g²                  (1)
    m̂ = m / (1 − β₁ᵗ),              v̂ = v / (1 − β₂ᵗ)                       (2)
    θ ← θ − η m̂ / (√v̂ + ε)                                                  (3)

Weight decay: coupled (Adam) adds ρ θ to g, where (3) divides it away again for weights
with large gradients; decoupled (AdamW) shrinks θ by the factor 1 − η ρ instead.

The first step has length η in every coordinate, whatever the gradient's scale.

Source: Kingma and Ba 2015; Loshchilov and Hutter 2019; Golubinskiy and Tolstykh 2021,
section 4; Abdulkadirov and Lyakhov 2023, Algorithm 2. Chapter: adaptive-methods.
Differs from it in: the radical of (3), lost in the last.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from course_lib.arrays import namespace
from course_lib.optim.method import check_fields, check_pair

__all__ = ["Adam", "AdamState", "AdamW"]

Array = Any


class AdamState(NamedTuple):
    """m and v of equation (1), and the number t of steps taken."""

    m: Array
    v: Array
    t: int


@dataclass(frozen=True)
class Adam:
    """Equations (1) to (3); decay coupled.

    Source: Kingma and Ba 2015, Algorithm 1. Chapter: adaptive-methods. Differs from
    it in: nothing.
    """

    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    weight_decay: float = 0.0

    _decoupled = False

    def __post_init__(self) -> None:
        check_fields(self, "learning_rate", "eps", "weight_decay")
        check_fields(self, "beta1", "beta2", high=1)

    def init(self, theta: Array) -> AdamState:
        """m = v = 0, t = 0."""
        zero = namespace(theta).zeros_like(theta)
        return AdamState(zero, zero, 0)

    def update(
        self, theta: Array, gradient: Array, state: AdamState
    ) -> tuple[Array, AdamState]:
        """(θ, state) after one step."""
        check_pair(theta, gradient)
        g, t = gradient, state.t + 1
        if self._decoupled:
            theta = theta * (1 - self.learning_rate * self.weight_decay)
        else:
            g = g + self.weight_decay * theta
        m = self.beta1 * state.m + (1 - self.beta1) * g  # eq. 1
        v = self.beta2 * state.v + (1 - self.beta2) * g**2
        m_hat = m / (1 - self.beta1**t)  # eq. 2
        root = namespace(theta).sqrt(v) / math.sqrt(1 - self.beta2**t)
        step = m_hat / (root + self.eps)
        return theta - self.learning_rate * step, AdamState(m, v, t)  # eq. 3


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay.

    Source: Loshchilov and Hutter 2019, Algorithm 2. Chapter: adaptive-methods.
    Differs from it in: the decay is multiplied by the rate (torch's choice).
    """

    weight_decay: float = 0.01

    _decoupled = True
