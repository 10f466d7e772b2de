"""What every method returns and checks.

A *rule* asks for a gradient and is a pair of pure functions::

    state = rule.init(theta)
    theta, state = rule.update(theta, gradient, state)

A *curvature method* asks its objective for more, and says what in ``needs``. It tries
points before it moves, so it knows the value where it ends::

    theta, state, info = method.step(theta, objective, state)

Hyperparameters are the fields of a frozen dataclass; a schedule changes them by
`dataclasses.replace` between steps, so that no state stores a rate.

Source: none in the sources. Chapter: gradient-descent.
"""

import math
from enum import StrEnum
from typing import Any, NamedTuple

from course_lib.arrays import namespace

__all__ = [
    "Status",
    "StepInfo",
    "check_fields",
    "check_pair",
    "check_range",
    "check_shape",
    "require",
]

Array = Any


class Status(StrEnum):
    """How a step or a run ended; the value is a sentence for the reader."""

    RUNNING = "The step was taken."
    REJECTED = (
        "No trial point lowered the value yet: the parameters stay, the next step "
        "starts with more damping."
    )
    CONVERGED = "The norm of the gradient is below its tolerance."
    TARGET = "The value reached its target."
    BUDGET = "The budget of iterations or evaluations is used up."
    STOPPED = "The callback asked to stop."
    NOT_FINITE = (
        "Value or gradient is not finite; the parameters are the last good ones. "
        "Try a smaller learning rate."
    )
    NO_DESCENT = (
        "The line search found no lower value along the direction; the parameters are "
        "the last good ones."
    )
    DAMPING_EXHAUSTED = (
        "No damping up to its limit lowers the value; the parameters are the last good "
        "ones. The gradient is as small as rounding lets it be, or it is wrong."
    )
    SINGULAR = (
        "The matrix of the step is not positive definite in floating point, whatever "
        "the damping; the parameters are the last good ones."
    )

    @property
    def failed(self) -> bool:
        """True where the method could not go on."""
        return self.name in (
            "NOT_FINITE",
            "NO_DESCENT",
            "DAMPING_EXHAUSTED",
            "SINGULAR",
        )

    def __str__(self) -> str:
        return self.value


class StepInfo(NamedTuple):
    """What one step of a curvature method found.

    ``value`` is the value at the new θ and ``gradient_norm`` ‖g‖ at the old one,
    ``rejected`` counts trial points that were not taken, ``damping`` is λ or the step
    length, whichever the method has.
    """

    value: float
    gradient_norm: float
    status: Status = Status.RUNNING
    rejected: int = 0
    damping: float = 0.0


def require(objective: Any, *members: str) -> None:
    """Refuse an objective that lacks a member the method calls."""
    for member in members:
        if getattr(objective, member, None) is None:
            raise ValueError(
                f"objective: this method calls {member}(theta), which "
                f"{type(objective).__name__} does not have"
            )


def check_fields(
    rule: Any,
    *names: str,
    low: float = 0,
    high: float = math.inf,
    open_low: bool = False,
) -> None:
    """`check_range` of the fields of these names, all with the same bounds."""
    for name in names:
        check_range(name, getattr(rule, name), low, high, open_low)


def check_range(
    name: str,
    value: float,
    low: float = 0,
    high: float = math.inf,
    open_low: bool = False,
) -> None:
    """Refuse a hyperparameter outside [low, high) or (low, high)."""
    try:
        inside = (value > low if open_low else value >= low) and value < high
    except TypeError:  # a text, None
        inside = False
    if not inside:
        sign = "<" if open_low else "<="
        shown = repr(value) if isinstance(value, str) else value
        raise ValueError(f"{name}: expected {low} {sign} {name} < {high}; got {shown}")


def check_pair(theta: Array, gradient: Array) -> None:
    """Refuse a gradient that is not shaped like a flat θ."""
    if len(theta.shape) != 1:
        raise ValueError(
            f"theta: expected one flat vector (P,); got shape {tuple(theta.shape)}"
        )
    check_shape(theta, gradient)
    if not namespace(theta).isdtype(theta.dtype, "real floating"):
        raise ValueError(f"theta: expected float32 or float64; got {theta.dtype}")


def check_shape(theta: Array, gradient: Array) -> None:
    """Refuse a gradient of another shape: broadcasting would make it a matrix."""
    if tuple(theta.shape) != tuple(gradient.shape):
        raise ValueError(
            f"gradient: expected the shape of theta, {tuple(theta.shape)}; got "
            f"{tuple(gradient.shape)}"
        )
