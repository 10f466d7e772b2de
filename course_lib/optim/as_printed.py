"""Rules exactly as the slides print them, for the errata only: they do not work.

Source: Borisov 2024. Chapter: gradient-descent.
"""

from dataclasses import dataclass
from typing import Any

from course_lib.optim.quickprop import Quickprop

__all__ = ["NesterovAsPrinted", "QuickpropAsPrinted", "bfgs_as_printed"]

Array = Any


@dataclass(frozen=True)
class QuickpropAsPrinted(Quickprop):
    """Quickprop with −Δ in both conditions: it does the opposite in all three cases.

    Source: Borisov 2024, slide quickProp. Chapter: step-per-weight. Differs from it
    in: nothing.
    """

    _sign = -1.0


@dataclass(frozen=True)
class NesterovAsPrinted:
    """ΔW ← η ∇E(W + μ ΔW) + μ ΔW, W ← W − ΔW: it looks backwards.

    θ is the point W + μ ΔW looked at, so that one gradient per step is enough.

    Source: Borisov 2024, slide NAG. Chapter: gradient-descent. Differs from it in:
    nothing.
    """

    learning_rate: float
    mu: float = 0.9

    def init(self, theta: Array) -> Array:
        """ΔW = 0."""
        return 0 * theta

    def update(
        self, theta: Array, gradient: Array, state: Array
    ) -> tuple[Array, Array]:
        """(θ, ΔW) after one step."""
        step = self.learning_rate * gradient + self.mu * state
        return theta - self.mu * state - (1 - self.mu) * step, step


def bfgs_as_printed(V: Array, s: Array, r: Array) -> Array:
    """V − V s sᵀ V / (sᵀ V s) + r rᵀ / (sᵀ s), called an inverse Hessian on the slide.

    It is the update of the Hessian itself, with sᵀs where rᵀs belongs.

    Source: Borisov 2024, slide BFGS. Chapter: newton-and-bfgs. Differs from it in:
    nothing.
    """
    Vs = V @ s
    return V - Vs[:, None] * Vs[None, :] / (s @ Vs) + r[:, None] * r[None, :] / (s @ s)
