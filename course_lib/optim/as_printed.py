"""Rules exactly as the slides print them, for the errata only: they do not work.

Source: Borisov 2024. Chapter: first-order-methods.
"""

from dataclasses import dataclass
from typing import Any

from course_lib.optim.method import Status, StepInfo, require
from course_lib.optim.quickprop import Quickprop

__all__ = ["NesterovAsPrinted", "QuickpropAsPrinted", "bfgs_as_printed"]

Array = Any


@dataclass(frozen=True)
class QuickpropAsPrinted(Quickprop):
    """Quickprop with −Δ in both conditions: it does the opposite in all three cases.

    Source: Borisov 2024, slide quickProp. Chapter: first-order-methods. Differs from it
    in: nothing.
    """

    _sign = -1.0


@dataclass(frozen=True)
class NesterovAsPrinted:
    """ΔW ← η ∇E(W + μ ΔW) + μ ΔW, W ← W − ΔW: it looks backwards.

    Source: Borisov 2024, slide NAG. Chapter: first-order-methods. Differs from it in:
    nothing.
    """

    learning_rate: float
    mu: float = 0.9

    needs = ("value_and_gradient",)

    def init(self, theta: Array) -> Array:
        """ΔW = 0."""
        return 0 * theta

    def step(
        self, theta: Array, objective: Any, state: Array
    ) -> tuple[Array, Array, StepInfo]:
        """(θ, ΔW, info); info has the value at the point looked at."""
        require(objective, *self.needs)
        value, g = objective.value_and_gradient(theta + self.mu * state)
        state = self.learning_rate * g + self.mu * state
        return theta - state, state, StepInfo(float(value), Status.RUNNING)


def bfgs_as_printed(V: Array, s: Array, r: Array) -> Array:
    """V − V s sᵀ V / (sᵀ V s) + r rᵀ / (sᵀ s), called an inverse Hessian on the slide.

    It is the update of the Hessian itself, with sᵀs where rᵀs belongs.

    Source: Borisov 2024, slide BFGS. Chapter: second-order-methods. Differs from it in:
    nothing.
    """
    Vs = V @ s
    return V - Vs[:, None] * Vs[None, :] / (s @ Vs) + r[:, None] * r[None, :] / (s @ s)
