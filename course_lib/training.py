"""Running a method: `minimize` a function of θ, `fit` a network in mini-batches.

Both count what was evaluated, since iterations of different methods cost differently,
and both return a status that is a sentence. What is not finite stops the run with the
last good parameters.

Source: none in the sources. Chapter: learning-as-optimization.
"""

import dataclasses
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from course_lib.arrays import namespace
from course_lib.networks.sequential import Sequential
from course_lib.objectives import NetworkObjective
from course_lib.optim.method import Status, require

__all__ = ["History", "Result", "batches", "fit", "minimize", "progress"]

Array = Any


@dataclass
class History:
    """What a run recorded, one entry per iteration (or epoch) in every list.

    ``evaluations`` counts values, gradients and linearizations so far, one each;
    ``rejected`` counts trial steps not taken; ``seconds`` is time since the start. The
    norm of the gradient is NaN where the method did not compute it.
    """

    value: list[float] = field(default_factory=list)
    gradient_norm: list[float] = field(default_factory=list)
    evaluations: list[int] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)


class Result(NamedTuple):
    """Where a run ended: parameters, value there, why, and the way."""

    theta: Array
    value: float
    status: Status
    history: History
    state: Any

    @property
    def iterations(self) -> int:
        """Steps taken."""
        return max(len(self.history.value) - 1, 0)

    def __str__(self) -> str:
        return f"{self.status} value {self.value:.6g} after {self.iterations} steps"


class _Counted:
    """An objective whose evaluations are counted."""

    def __init__(self, objective: Any) -> None:
        self._objective, self.count = objective, 0

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._objective, name)
        if name not in ("value", "value_and_gradient", "linearize", "hessian"):
            return member
        if member is None:
            return None

        def call(theta: Array) -> Any:
            self.count += 1
            return member(theta)

        return call


@np.errstate(over="ignore", invalid="ignore")  # reported as a status
def minimize(
    objective: Any,
    theta: Array,
    method: Any,
    *,
    iterations: int = 1000,
    target: float = -math.inf,
    gradient_tolerance: float = 0.0,
    evaluations: float = math.inf,
    schedule: Callable[[int], dict[str, float]] | None = None,
    callback: Callable[[int, Array, float], Any] | None = None,
    state: Any = None,
) -> Result:
    """Run a rule or a curvature method on an objective from θ.

    Parameters
    ----------
    objective
        See `course_lib.objectives`.
    theta : array of shape (P,)
    method
        A rule with ``update`` or a method with ``step``.
    iterations, evaluations
        Budgets.
    target
        Stop at a value not above this.
    gradient_tolerance
        Stop where ‖g‖ is not above this.
    schedule
        From the iteration number 0, 1, ... to fields of ``method`` to be replaced.
    callback
        Called with (iteration, theta, value) before every step; a true answer stops.
    state
        Of an earlier `Result`, to go on from there, bit by bit; ``schedule`` counts
        from 0 again.

    Returns
    -------
    Result
        The history's first entry is the start.

    Source: none in the sources. Chapter: learning-as-optimization.
    """
    _check_start(theta, method)
    if not iterations >= 0:
        raise ValueError(f"iterations: expected >= 0; got {iterations}")
    counted, history, begin = _Counted(objective), History(), time.perf_counter()
    state = method.init(theta) if state is None else state
    rejected, info, good = 0, None, (theta, math.nan)

    def record(value: float) -> None:
        history.value.append(value)
        history.evaluations.append(counted.count)
        history.rejected.append(rejected)
        history.seconds.append(time.perf_counter() - begin)

    is_rule = hasattr(method, "update")
    needs = ("value_and_gradient",) if is_rule else ("value", *method.needs)
    require(objective, *needs)  # here, where the message can name the caller's class
    for k in range(iterations + 1):
        if is_rule:
            value, gradient = counted.value_and_gradient(theta)
            E, norm = float(value), _norm(gradient)
        else:
            E = info.value if info else float(counted.value(theta))
            norm = math.nan  # of this point; the last one's is known
        if not math.isfinite(E) or math.isinf(norm) or (is_rule and math.isnan(norm)):
            return Result(*good, Status.NOT_FINITE, history, state)
        good = theta, E
        record(E)
        history.gradient_norm.append(norm)
        status = None
        if target >= E:
            status = Status.TARGET
        elif norm <= gradient_tolerance:
            status = Status.CONVERGED
        elif callback is not None and callback(k, theta, E):
            status = Status.STOPPED
        elif k == iterations or counted.count >= evaluations:
            status = Status.BUDGET
        if status:
            break
        now = _changed(method, schedule(k)) if schedule else method
        if is_rule:
            more = (E,) if getattr(now, "uses_value", False) else ()
            theta, state = now.update(theta, gradient, state, *more)
            continue
        theta, state, info = now.step(theta, counted, state)
        history.gradient_norm[-1] = info.gradient_norm
        rejected += info.rejected
        if info.status.failed or info.gradient_norm <= gradient_tolerance:
            flat = info.gradient_norm <= gradient_tolerance
            status = Status.CONVERGED if flat else info.status
            if not info.status.failed:
                good = theta, info.value
                record(info.value)
                history.gradient_norm.append(math.nan)
            break
    return Result(*good, status, history, state)


def batches(N: int, size: int | None, rng: Any) -> Iterator[np.ndarray]:
    """One epoch: the numbers 0 .. N−1 in random order, in parts of ``size``.

    Without replacement: every sample once; the last part may be smaller. None is all.
    """
    if size is not None and not 1 <= size <= N:
        raise ValueError(
            f"batch size: expected 1 to N = {N}, or None for all; got {size}"
        )
    order = rng.permutation(N)
    for start in range(0, N, size or N):
        yield order[start : start + (size or N)]


@np.errstate(over="ignore", invalid="ignore")
def fit(
    network: Sequential,
    theta: Array,
    x: Array,
    t: Array,
    loss: Any,
    method: Any,
    *,
    epochs: int,
    rng: Any,
    batch_size: int | None = None,
    validation: tuple[Array, Array] | None = None,
    schedule: Callable[[float], dict[str, float]] | None = None,
    callback: Callable[[int, Array, float], Any] | None = None,
    state: Any = None,
) -> Result:
    """Train a network by a rule or a method in mini-batches, an epoch at a time.

    The history has the mean of the batches' losses as ``value`` of each epoch (the
    start's is measured on all samples) and, with ``validation`` = (x, t), the loss
    there. ``schedule`` maps the epoch, a fraction inside it, to fields of ``method``.

    Source: none in the sources. Chapter: learning-as-optimization.
    """
    _check_start(theta, method)
    if not hasattr(rng, "permutation"):
        raise ValueError(f"rng: expected np.random.default_rng(seed); got {rng!r}")
    if not epochs >= 0:
        raise ValueError(f"epochs: expected >= 0; got {epochs}")
    needs = () if hasattr(method, "update") else method.needs
    require(NetworkObjective(network, x, t, loss), *needs)
    history, begin, count, rejected = History(), time.perf_counter(), 0, 0
    state = method.init(theta) if state is None else state
    good, status = theta, Status.BUDGET

    def record(value: float, norm: float) -> None:
        history.value.append(value)
        history.gradient_norm.append(norm)
        history.evaluations.append(count)
        history.rejected.append(rejected)
        history.seconds.append(time.perf_counter() - begin)
        if validation is not None:
            predicted = network.predict(theta, validation[0])
            history.validation.append(float(loss.value(predicted, validation[1])))

    E, g = network.value_and_gradient(theta, x, t, loss)
    record(float(E), _norm(g))
    for epoch in range(epochs):
        if callback is not None and callback(epoch, theta, history.value[-1]):
            status = Status.STOPPED
            break
        total, parts = 0.0, list(batches(x.shape[0], batch_size, rng))
        for i, part in enumerate(parts):
            now = method
            if schedule:
                now = _changed(method, schedule(epoch + i / len(parts)))
            if hasattr(now, "step"):
                here = _Counted(NetworkObjective(network, x[part], t[part], loss))
                theta, state, info = now.step(theta, here, state)
                E, norm, count = info.value, info.gradient_norm, count + here.count
                rejected += info.rejected
            else:
                E, g = network.value_and_gradient(
                    theta, x[part], t[part], loss, training=True, rng=rng
                )
                more = (E,) if getattr(now, "uses_value", False) else ()
                theta, state = now.update(theta, g, state, *more)
                norm, count = _norm(g), count + 1
            total += float(E) / len(parts)
        if not math.isfinite(total):
            theta, status = good, Status.NOT_FINITE
            break
        good = theta
        record(total, norm)
    return Result(theta, history.value[-1], status, history, state)


def progress(
    total: int, every: float = 0.5, file: Any = None
) -> Callable[[int, Array, float], bool]:
    """A callback that keeps one line: "120/400  value 0.0312  35 s left".

    ``total`` is the number of iterations or epochs asked for; it writes to standard
    error at most once in ``every`` seconds.

    Source: none in the sources. Chapter: learning-as-optimization.
    """
    begin = last = time.perf_counter()

    def show(k: int, theta: Array, value: float) -> bool:
        nonlocal last
        now = time.perf_counter()
        if k and now - last >= every:
            last, left = now, (now - begin) / k * (total - k)
            line = f"\r{k}/{total}  value {value:.4g}  {left:.0f} s left "
            print(line, end="", file=file or sys.stderr, flush=True)
        return False

    return show


def _check_start(theta: Array, method: Any) -> None:
    """Refuse what is no flat θ, and what is no method."""
    if len(getattr(theta, "shape", ())) != 1:
        what = getattr(theta, "shape", type(theta).__name__)
        raise ValueError(f"theta: expected a flat array of shape (P,); got {what}")
    known = hasattr(method, "update") or hasattr(method, "step")
    if not known or isinstance(method, type):
        shown = method.__name__ if isinstance(method, type) else repr(method)
        raise ValueError(
            "method: expected a rule or a curvature method, such as Adam(); got "
            f"{shown}"
        )


def _changed(method: Any, fields: dict[str, float]) -> Any:
    """The method with these fields of a schedule."""
    known = [each.name for each in dataclasses.fields(method) if each.init]
    for name in fields:
        if name not in known:
            advice = "; give the schedule momentum=None" if name == "mu" else ""
            raise ValueError(
                f"schedule: expected fields of {type(method).__name__}, "
                f"{', '.join(known) or 'which has none'}; got {name}{advice}"
            )
    return dataclasses.replace(method, **fields)


def _norm(g: Array) -> float:
    return float(namespace(g).linalg.vector_norm(g))
