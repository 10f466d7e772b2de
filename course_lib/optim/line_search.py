"""How far along a direction: Armijo's condition by halving, strong Wolfe by zoom.

Along p from θ let e(a) = E(θ + a p), with slope e′(a) = g(θ + a p)·p, e′(0) < 0::

    Armijo        e(a) ≤ e(0) + c₁ a e′(0)          enough descent          (1)
    strong Wolfe  (1) and |e′(a)| ≤ c₂ |e′(0)|      and the slope has gone  (2)

(2) makes sᵀy > 0, which BFGS needs; conjugate gradients need it with c₂ < ½.

Source: Nocedal and Wright 2006, algorithms 3.1, 3.5 and 3.6; the lecture prints no line
search. Chapter: conjugate-gradients. Differs from it in: the cubic is kept a tenth of
the bracket away from its ends.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from course_lib.arrays import namespace
from course_lib.optim.method import check_shape

__all__ = ["Point", "Ray", "armijo", "ray", "strong_wolfe"]

Array = Any


class Point(NamedTuple):
    """A step length, θ there, value, slope along the ray, and gradient."""

    step: float
    theta: Array
    value: float
    slope: float
    gradient: Array


Ray = Callable[[float], Point]


def ray(objective: Any, theta: Array, direction: Array) -> Ray:
    """The objective along a direction: step length to `Point`, one evaluation each."""

    def at(step: float) -> Point:
        there = theta + step * direction
        value, gradient = objective.value_and_gradient(there)
        check_shape(theta, gradient)
        slope = float(namespace(theta).sum(gradient * direction))
        return Point(step, there, float(value), slope, gradient)

    return at


def armijo(
    at: Ray, start: Point, step: float = 1.0, c1: float = 1e-4, tries: int = 40
) -> tuple[Point | None, int]:
    """(point, evaluations): the first of step, step/2, step/4, ... that satisfies (1).

    Source: Nocedal and Wright 2006, algorithm 3.1. Chapter: conjugate-gradients.
    Differs from it in: nothing.
    """
    for k in range(tries):
        found = at(step)
        if _enough(found, start, c1):
            return found, k + 1
        step /= 2
    return None, tries


def strong_wolfe(
    at: Ray,
    start: Point,
    step: float = 1.0,
    c1: float = 1e-4,
    c2: float = 0.9,
    tries: int = 40,
) -> tuple[Point | None, int]:
    """(point, evaluations): a step that satisfies (2), or None.

    First the step doubles until a minimum is bracketed, then the bracket shrinks.

    Source: Nocedal and Wright 2006, algorithms 3.5 and 3.6. Chapter:
    conjugate-gradients. Differs from it in: see the module.
    """
    low = start
    for k in range(tries):
        found = at(step)
        if not _enough(found, start, c1) or (k > 0 and found.value >= low.value):
            return _zoom(at, start, low, found, c1, c2, tries - k - 1, k + 1)
        if abs(found.slope) <= -c2 * start.slope:
            return found, k + 1
        if found.slope >= 0:
            return _zoom(at, start, found, low, c1, c2, tries - k - 1, k + 1)
        low, step = found, 2 * step
    return None, tries


def _zoom(
    at: Ray,
    start: Point,
    low: Point,
    high: Point,
    c1: float,
    c2: float,
    tries: int,
    used: int,
) -> tuple[Point | None, int]:
    """Shrink the bracket; ``low`` is its lower end, where e′ points into it."""
    for _ in range(tries):
        found, used = at(_inside(low, high)), used + 1
        if not _enough(found, start, c1) or found.value >= low.value:
            high = found
        else:
            if abs(found.slope) <= -c2 * start.slope:
                return found, used
            if found.slope * (high.step - low.step) >= 0:
                high = low
            low = found
        if abs(high.step - low.step) <= 1e-14 * max(abs(high.step), abs(low.step)):
            break
    # Rounding hides the slope condition: descent alone will do.
    better = low.step > 0 and low.value < start.value
    return (low if better else None), used


def _inside(low: Point, high: Point) -> float:
    """The minimum of the cubic through both ends, kept away from them."""
    width = high.step - low.step
    middle = low.step + width / 2
    if not math.isfinite(high.value) or not math.isfinite(high.slope):
        return middle
    d1 = low.slope + high.slope - 3 * (low.value - high.value) / (low.step - high.step)
    square = d1**2 - low.slope * high.slope
    if square < 0:
        return middle
    d2 = math.copysign(math.sqrt(square), width)
    bottom = high.slope - low.slope + 2 * d2
    if bottom == 0:
        return middle
    step = high.step - width * (high.slope + d2 - d1) / bottom
    inner, outer = sorted((low.step + 0.1 * width, high.step - 0.1 * width))
    return min(max(step, inner), outer) if math.isfinite(step) else middle


def _enough(found: Point, start: Point, c1: float) -> bool:
    """Equation (1); what is not finite is not enough."""
    return (
        math.isfinite(found.value)
        and math.isfinite(found.slope)
        and found.value <= start.value + c1 * found.step * start.slope
    )
