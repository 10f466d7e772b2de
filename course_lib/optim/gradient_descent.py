"""Gradient descent, with momentum and with Nesterov's look-ahead.

With g the gradient, L2 decay ρ added to it::

    g ← g + ρ θ                                                             (1)
    v ← μ v + (1 − dampening) g,   v = g at the first step                  (2)
    θ ← θ − η v                     momentum                                (3)
    θ ← θ − η (g + μ v)             Nesterov                                (4)

The lecture keeps ΔW = η v instead of v: the same iteration while η is constant, another
one under a schedule, where (2) rescales the whole memory at once. Nesterov's method
evaluates the gradient at the look-ahead point θ − η μ v; (4) is that iteration written
in the look-ahead point, so that one gradient per step is enough. On a quadratic of
curvature h both are stable where

    η h < 2 (1 + μ)   (momentum),     η h < 2 (1 + μ) / (1 + 2 μ)   (Nesterov).   (5)

The batch decides what g is: all samples (full), some (mini-batch) or one (stochastic).

Source: Borisov 2024, slides on gradient descent, momentum and NAG; Abdulkadirov and
Lyakhov 2023, Algorithm 1. Chapter: gradient-descent. Differs from it in: the sign of
the look-ahead (`as_printed`), v in place of ΔW, dampening.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from course_lib.arrays import namespace
from course_lib.optim.method import check_fields, check_pair, check_range

__all__ = ["GradientDescent", "Momentum", "MomentumState", "critical_rate"]

Array = Any
INFINITY = float("inf")


@dataclass(frozen=True)
class GradientDescent:
    """θ ← θ − η (g + ρ θ): equations (1) and (3) without memory.

    Source: Borisov 2024; Abdulkadirov and Lyakhov 2023, eq. (1). Chapter:
    gradient-descent. Differs from it in: nothing.
    """

    learning_rate: float
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check_fields(self, "learning_rate", "weight_decay")

    def init(self, theta: Array) -> tuple[()]:
        """Nothing to remember."""
        return ()

    def update(
        self, theta: Array, gradient: Array, state: tuple[()]
    ) -> tuple[Array, tuple[()]]:
        """(θ, state) after one step."""
        check_pair(theta, gradient)
        g = gradient + self.weight_decay * theta  # eq. 1
        return theta - self.learning_rate * g, state


class MomentumState(NamedTuple):
    """v of equation (2), and the number of steps taken."""

    v: Array
    t: int


@dataclass(frozen=True)
class Momentum:
    """Gradient descent with memory: equations (1) to (3), or (4) with ``nesterov``.

    Source: Borisov 2024; Abdulkadirov and Lyakhov 2023, Algorithm 1. Chapter:
    gradient-descent. Differs from it in: see the module.
    """

    learning_rate: float
    mu: float = 0.9
    dampening: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check_fields(self, "learning_rate", "mu", "dampening", "weight_decay")
        if self.nesterov and (self.mu == 0 or self.dampening != 0):
            raise ValueError(
                "nesterov: expected mu > 0 and dampening 0; got "
                f"mu={self.mu}, dampening={self.dampening}"
            )

    def init(self, theta: Array) -> MomentumState:
        """v = 0, t = 0."""
        return MomentumState(namespace(theta).zeros_like(theta), 0)

    def update(
        self, theta: Array, gradient: Array, state: MomentumState
    ) -> tuple[Array, MomentumState]:
        """(θ, state) after one step."""
        check_pair(theta, gradient)
        g = gradient + self.weight_decay * theta  # eq. 1
        fresh = 1.0 if state.t == 0 else 1 - self.dampening
        v = self.mu * state.v + fresh * g  # eq. 2
        step = g + self.mu * v if self.nesterov else v
        return theta - self.learning_rate * step, MomentumState(v, state.t + 1)


def critical_rate(mu: float, curvature: float = 1.0, kind: str = "momentum") -> float:
    """The learning rate at which the method stops being stable on a quadratic, (5).

    ``kind`` is "momentum", "nesterov", or "nesterov as printed": the slide's look
    backwards, whose limit is (1 − μ)/μ from μ = 0.2 on, 0.111 in place of 1.357 at 0.9.

    Source: derived; Borisov 2024 gives no limit. Chapter: gradient-descent.
    """
    check_range("mu", mu)
    check_range("curvature", curvature, open_low=True)
    limits = {
        "momentum": 2 * (1 + mu),
        "nesterov": 2 * (1 + mu) / (1 + 2 * mu),
        "nesterov as printed": min(
            (1 - mu) / mu if mu else INFINITY,  # grows in circles
            2 * (1 + mu) / (1 - 2 * mu) if mu < 0.5 else INFINITY,  # to and fro
        ),
    }
    if kind not in limits:
        raise ValueError(f"kind: expected one of {list(limits)}; got {kind!r}")
    return limits[kind] / curvature
