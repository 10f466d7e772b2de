"""Rprop: only the sign of the gradient counts; every weight has its own step.

    Δ ← min(1.2 Δ, 50)    where g g₋ > 0                                    (1)
    Δ ← max(0.5 Δ, 10⁻⁶)  where g g₋ < 0, unchanged where it is 0
    θ ← θ − Δ sign(g)                                                       (2)

That is Rprop−. iRprop+ goes back where the sign changed *and* the value rose, since
then a minimum was jumped over, and takes no step there the next time (g₋ = 0)::

    where g g₋ < 0:  θ ← θ + (last move undone) if E > E₋,   g ← 0          (3)

The sign logic compares gradients of the same function: full batch only.

Source: Borisov 2024, slide rProp (equation (1)); Riedmiller and Braun 1993; Igel and
Hüsken 2003. Chapter: step-per-weight. Differs from it in: the first step, not
printed, is Riedmiller's 0.1; torch's Rprop is a third variant, iRprop−.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from course_lib.arrays import namespace
from course_lib.optim.method import check_fields, check_pair

__all__ = ["IRpropPlus", "IRpropPlusState", "Rprop", "RpropState"]

Array = Any


class RpropState(NamedTuple):
    """The steps Δ and the gradient g of the last step."""

    delta: Array
    g: Array


@dataclass(frozen=True)
class Rprop:
    """Rprop−: equations (1) and (2).

    Source: Borisov 2024, slide rProp. Chapter: step-per-weight. Differs from it in:
    nothing.
    """

    first: float = 0.1
    grow: float = 1.2
    shrink: float = 0.5
    smallest: float = 1e-6
    largest: float = 50.0

    def __post_init__(self) -> None:
        check_fields(self, "first", open_low=True)
        check_fields(self, "grow", low=1, open_low=True)
        check_fields(self, "shrink", high=1, open_low=True)
        check_fields(self, "smallest", high=self.largest, open_low=True)

    def init(self, theta: Array) -> RpropState:
        """Δ = first, g = 0."""
        xp = namespace(theta)
        return RpropState(xp.full_like(theta, self.first), xp.zeros_like(theta))

    def update(
        self, theta: Array, gradient: Array, state: RpropState
    ) -> tuple[Array, RpropState]:
        """(θ, state) after one step."""
        check_pair(theta, gradient)
        delta = self._resize(gradient * state.g, state.delta)
        step = delta * namespace(theta).sign(gradient)
        return theta - step, RpropState(delta, gradient)  # eq. 2

    def _resize(self, agreement: Array, delta: Array) -> Array:
        """Equation (1)."""
        xp = namespace(delta)
        longer = xp.clip(self.grow * delta, None, self.largest)
        shorter = xp.clip(self.shrink * delta, self.smallest, None)
        delta = xp.where(agreement > 0, longer, delta)
        return xp.where(agreement < 0, shorter, delta)


class IRpropPlusState(NamedTuple):
    """Steps Δ, gradient g and move of the last step, and the value E before it."""

    delta: Array
    g: Array
    move: Array
    value: float


@dataclass(frozen=True)
class IRpropPlus(Rprop):
    """iRprop+: equations (1) to (3); `update` takes the value E as well.

    Source: Igel and Hüsken 2003. Chapter: step-per-weight. Differs from it in:
    nothing.
    """

    uses_value = True

    def init(self, theta: Array) -> IRpropPlusState:  # type: ignore[override]
        """Δ = first, g = move = 0, E = ∞."""
        delta, zero = Rprop.init(self, theta)
        return IRpropPlusState(delta, zero, zero, float("inf"))

    def update(  # type: ignore[override]
        self, theta: Array, gradient: Array, state: IRpropPlusState, value: float
    ) -> tuple[Array, IRpropPlusState]:
        """(θ, state) after one step from θ, where the value is ``value``."""
        check_pair(theta, gradient)
        xp, g, E = namespace(theta), gradient, float(value)
        agreement = g * state.g
        delta = self._resize(agreement, state.delta)
        turned = agreement < 0
        back = -state.move if E > state.value else xp.zeros_like(theta)
        move = xp.where(turned, back, -delta * xp.sign(g))  # eq. 3, 2
        g = xp.where(turned, xp.zeros_like(g), g)
        return theta + move, IRpropPlusState(delta, g, move, E)
