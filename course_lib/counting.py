"""A number that counts: what a computation costs, by running it.

`counted` runs a function on arrays of `Counted`, ordinary numbers that note every
operation on a common tally. Three kinds are told apart, with their prices in processor
ticks::

    α  add, subtract, compare   4        β  multiply, divide   20
    γ  exp, root               70        a change of sign is free           (1)

Source: Golubinskiy and Tolstykh 2021, section 5 (the prices). Chapter: hybrid-method.
Differs from it in: nothing.
"""

import math
import operator
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

__all__ = ["Counted", "OpCount", "counted"]


@dataclass(frozen=True)
class OpCount:
    """How many α, β and γ; ``a + b``, ``3 * a`` and ``sum([a, b])`` work.

    Source: Golubinskiy and Tolstykh 2021, section 5. Chapter: hybrid-method. Differs
    from it in: ``unweighted``, what Table 1 adds without α, β or γ: a tick each.
    """

    add: float = 0
    mul: float = 0
    nonlin: float = 0
    unweighted: float = 0

    def __add__(self, other: "OpCount") -> "OpCount":
        if other == 0:  # sum() starts there
            return self
        pairs = zip(astuple(self), astuple(other), strict=True)
        return OpCount(*(a + b for a, b in pairs))

    __radd__ = __add__

    def __mul__(self, times: float) -> "OpCount":
        return OpCount(*(times * each for each in astuple(self)))

    __rmul__ = __mul__

    def ticks(self, alpha: float = 4, beta: float = 20, gamma: float = 70) -> float:
        """Equation (1)."""
        weighted = alpha * self.add + beta * self.mul + gamma * self.nonlin
        return weighted + self.unweighted

    @property
    def operations(self) -> float:
        """All kinds alike: what a peak in flop/s is about."""
        return sum(astuple(self))


ADD, MUL, NONLIN = OpCount(1, 0, 0), OpCount(0, 1, 0), OpCount(0, 0, 1)  # α, β, γ


def _entered(kind: int, operation: Callable[..., Any]) -> Any:
    def method(self: "Counted", *other: Any) -> Any:
        if any(isinstance(each, np.ndarray) for each in other):
            return NotImplemented  # the array's turn, entry by entry
        self.tally[kind] += 1
        return Counted(operation(self.value, *map(float, other)), self.tally)

    return method


class Counted:
    """A number that enters what is done to it in ``tally`` = [α, β, γ]."""

    def __init__(self, value: float, tally: list[int]) -> None:
        self.value, self.tally = value, tally

    __add__, __sub__ = _entered(0, operator.add), _entered(0, operator.sub)
    __gt__, __ge__ = _entered(0, operator.gt), _entered(0, operator.ge)
    __mul__ = __rmul__ = _entered(1, operator.mul)
    __truediv__, __pow__ = _entered(1, operator.truediv), _entered(1, operator.pow)
    __rsub__ = _entered(0, lambda a, b: b - a)
    __rtruediv__ = _entered(1, lambda a, b: b / a)
    exp, sqrt = _entered(2, math.exp), _entered(2, math.sqrt)  # NumPy calls them

    def __radd__(self, other: float) -> "Counted":
        return self if type(other) is int and other == 0 else self + other

    def __neg__(self) -> "Counted":
        return Counted(-self.value, self.tally)

    def __float__(self) -> float:
        return float(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)


def counted(function: Callable[..., Any], *arrays: Any) -> tuple[Any, OpCount]:
    """(function(*arrays), its operations), the arrays given as arrays of `Counted`.

    The integer 0 that starts a sum is free; a power is a square.

    Source: none in the sources. Chapter: hybrid-method.
    """
    tally = [0, 0, 0]
    count = np.vectorize(lambda each: Counted(float(each), tally), otypes=[object])
    result = function(*(count(array) for array in arrays))
    return result, OpCount(*tally)
