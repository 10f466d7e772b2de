"""Schedules: hyperparameters as functions of time, and how to find their scale.

A schedule maps the share of training done, 0 to 1, to fields of a rule::

    schedule = one_cycle(0.1)
    rule = replace(Momentum(0.1), **schedule(0.3))    # learning_rate and mu

so that `training.minimize` and `training.fit` can apply it between steps; `over` turns
it into a function of the step or epoch number.

Source: Radiuk 2020 (rates by hand, halved on plateaus); Smith 2017, 2018; Loshchilov
and Hutter 2017. Chapter: tuning. Differs from it in: written as functions.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from course_lib.arrays import namespace

__all__ = [
    "RangeTest",
    "constant",
    "cosine",
    "cyclic",
    "one_cycle",
    "one_cycle_linear",
    "over",
    "range_test",
    "step_decay",
]

Schedule = Callable[[float], dict[str, float]]


def over(schedule: Schedule, total: float) -> Callable[[float], dict[str, float]]:
    """The schedule as a function of the step (or epoch) number, of ``total`` in all."""
    if not total > 0:
        raise ValueError(f"total: expected > 0 steps; got {total}")
    return lambda k: schedule(min(max(k / total, 0.0), 1.0))


def constant(rate: float) -> Schedule:
    """The same rate throughout."""
    _check(rate=rate)
    return lambda share: {"learning_rate": rate}


def step_decay(rate: float, factor: float = 0.5, drops: int = 3) -> Schedule:
    """rate · factor^k with k = 0, 1, ..., drops, in stretches of equal length.

    Source: Radiuk 2020. Chapter: tuning. Differs from it in: dates fixed in
    advance.
    """
    _check(rate=rate, factor=factor)
    if not drops >= 0:
        raise ValueError(f"drops: expected >= 0; got {drops}")

    def at(share: float) -> dict[str, float]:
        k = min(int(share * (drops + 1)), drops)
        return {"learning_rate": rate * factor**k}

    return at


def cosine(rate: float, last: float = 0.0, warmup: float = 0.0) -> Schedule:
    """Linear from 0 over the share ``warmup``, then half a cosine down to ``last``.

    Source: Loshchilov and Hutter 2017, without restarts. Chapter: tuning.
    Differs from it in: the warm-up.
    """
    _check(rate=rate)
    if not last >= 0:
        raise ValueError(f"last: expected a rate >= 0; got {last}")
    if not 0 <= warmup < 1:
        raise ValueError(f"warmup: expected 0 <= warmup < 1; got {warmup}")

    def at(share: float) -> dict[str, float]:
        if share < warmup:
            return {"learning_rate": rate * share / warmup}
        return {"learning_rate": _cosine(rate, last, (share - warmup) / (1 - warmup))}

    return at


def cyclic(
    low: float,
    high: float,
    cycles: int = 1,
    momentum: tuple[float, float] | None = None,
) -> Schedule:
    """Triangles: low to high and back, ``cycles`` times.

    The momentum runs the other way between its two values (highest first), or is left
    alone where None.

    Source: Smith 2017. Chapter: tuning. Differs from it in: nothing.
    """
    _check(low=low, high=high)
    _check_momentum(momentum)
    if not cycles >= 1:
        raise ValueError(f"cycles: expected >= 1; got {cycles}")

    def at(share: float) -> dict[str, float]:
        phase = (share * cycles) % 1 if share < 1 else 1.0
        up = 1 - abs(2 * phase - 1)
        found = {"learning_rate": low + (high - low) * up}
        if momentum is not None:
            found["mu"] = momentum[0] + (momentum[1] - momentum[0]) * up
        return found

    return at


def one_cycle(
    rate: float,
    rise: float = 0.3,
    start: float = 25.0,
    end: float = 1e4,
    momentum: tuple[float, float] | None = (0.95, 0.85),
) -> Schedule:
    """rate/start up to rate over the share ``rise``, then down to rate/(start · end).

    Both ways half a cosine; the momentum runs the other way between its two values
    (highest first), or is left alone where None.

    Source: Smith 2018; torch's two-phase form. Chapter: tuning. Differs from
    it in: nothing from torch's defaults.
    """
    _check(rate=rate, start=start, end=end)
    if not 0 < rise < 1:
        raise ValueError(f"rise: expected 0 < rise < 1; got {rise}")
    _check_momentum(momentum)

    def at(share: float) -> dict[str, float]:
        first, last = rate / start, rate / start / end
        up = share < rise
        part = share / rise if up else (share - rise) / (1 - rise)
        found = {
            "learning_rate": _cosine(*((first, rate) if up else (rate, last)), part)
        }
        if momentum is not None:
            high, low = momentum
            found["mu"] = _cosine(*((high, low) if up else (low, high)), part)
        return found

    return at


def one_cycle_linear(
    low: float,
    high: float,
    cycle: float = 0.9,
    final: float = 0.01,
    momentum: tuple[float, float] = (0.95, 0.85),
) -> Schedule:
    """Straight lines: low, high, low over the share ``cycle``, then to final · low.

    The momentum goes from its highest to its lowest value and back, and stays there.

    Source: Radiuk 2020, section on one cycle; Smith 2018. Chapter: tuning.
    Differs from it in: the source prints no formula.
    """
    _check(low=low, high=high, final=final)
    if not 0 < cycle <= 1:
        raise ValueError(f"cycle: expected 0 < cycle <= 1; got {cycle}")
    first, second = momentum

    def at(share: float) -> dict[str, float]:
        if share > cycle:
            rest = (share - cycle) / (1 - cycle)
            return {"learning_rate": low * (1 - (1 - final) * rest), "mu": first}
        up = 1 - abs(2 * share / cycle - 1)
        return {
            "learning_rate": low + (high - low) * up,
            "mu": first + (second - first) * up,
        }

    return at


class RangeTest(NamedTuple):
    """Rates tried, smoothed losses, and three readings of them.

    ``steepest``: where the loss falls fastest; ``tenth``: a tenth of the rate of the
    lowest loss; ``diverged``: the rate at which the loss passed four times its best
    (∞ if never).
    """

    rates: np.ndarray
    losses: np.ndarray
    steepest: float
    tenth: float
    diverged: float


def range_test(
    loss_and_gradient: Callable[[Any, int], tuple[Any, Any]],
    theta: Any,
    rule: Any,
    low: float = 1e-6,
    high: float = 10.0,
    steps: int = 100,
    smoothing: float = 0.9,
) -> RangeTest:
    """Raise the rate geometrically from low to high and watch the loss.

    ``loss_and_gradient(theta, k)`` draws its own batch for step k. θ and the rule's
    state are copies: nothing of the caller's is changed. Stops at four times the best
    smoothed loss.

    Source: Smith 2017; Gugger's readings. Chapter: tuning. Differs from it in:
    the smoothing is corrected for its start, as Adam's means are.
    """
    _check(low=low, high=high)
    if not low < high or steps < 3:
        raise ValueError(
            f"low, high, steps: expected low < high and steps >= 3; got {low}, {high}, "
            f"{steps}"
        )
    if not hasattr(rule, "learning_rate"):
        raise ValueError(
            f"rule: expected one with a learning_rate; got {type(rule).__name__}"
        )
    if not 0 <= smoothing < 1:
        raise ValueError(f"smoothing: expected 0 <= smoothing < 1; got {smoothing}")
    state, mean, best = rule.init(theta), 0.0, math.inf
    rates, losses, diverged = [], [], math.inf
    for k, rate in enumerate(np.geomspace(low, high, steps)):
        loss, g = loss_and_gradient(theta, k)
        mean = smoothing * mean + (1 - smoothing) * float(loss)
        smooth = mean / (1 - smoothing ** (k + 1))
        finite = math.isfinite(smooth) and bool(namespace(g).all(abs(g) < math.inf))
        if not finite or (k > 3 and smooth > 4 * best):
            diverged = float(rate)
            break
        best = min(best, smooth)
        rates.append(float(rate))
        losses.append(smooth)
        theta, state = replace(rule, learning_rate=float(rate)).update(theta, g, state)
    if len(rates) < 2:
        raise ValueError(
            f"loss_and_gradient: expected a finite loss and gradient at the two lowest "
            f"rates, from {low:g} on; got {len(rates)} of them"
        )
    x, y = np.array(rates), np.array(losses)
    slope = np.gradient(y, np.log(x))
    return RangeTest(x, y, x[slope.argmin()], x[y.argmin()] / 10, diverged)


def _cosine(first: float, last: float, share: float) -> float:
    """From first to last by half a cosine."""
    return last + (first - last) * (1 + math.cos(math.pi * share)) / 2


def _check_momentum(momentum: tuple[float, float] | None) -> None:
    if momentum is not None and np.shape(momentum) != (2,):
        raise ValueError(
            f"momentum: expected (highest, lowest) or None; got {momentum!r}"
        )


def _check(**values: float) -> None:
    for name, value in values.items():
        if not (value > 0 and math.isfinite(value)):
            raise ValueError(f"{name}: expected a positive number; got {value}")
