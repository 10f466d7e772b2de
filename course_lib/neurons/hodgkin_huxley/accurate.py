"""One neuron to the last digit: LSODA, stopped at every edge of the current.

Chapter: hodgkin-huxley.
"""

import itertools
import math
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from scipy import integrate

from course_lib.neurons.hodgkin_huxley._scalar import Field, scalar_field
from course_lib.neurons.hodgkin_huxley.equations import SQUID, Membrane, State, rest
from course_lib.neurons.hodgkin_huxley.runs import SPIKE_LEVEL, Pulses, Trace

__all__ = ["Solution", "printed", "solve"]


class Solution(NamedTuple):
    """An accurate run of one neuron: its trace, spike times (ms) and last state.

    ``status`` says how it ended: "reached the end", "stopped at a spike" or
    "left ±500 mV".
    """

    trace: Trace
    spikes: np.ndarray
    final: State
    status: str


def solve(
    current: float | Pulses,
    duration_ms: float,
    *,
    membrane: Membrane = SQUID,
    state: State | None = None,
    level: float = SPIKE_LEVEL,
    rtol: float = 1e-9,
    sample_ms: float | None = 0.05,
    stop_at_spike: bool = False,
    field: Field | None = None,
) -> Solution:
    """Integrate one neuron with LSODA, stopping at every edge of the current.

    Parameters
    ----------
    current : number or Pulses
        Injected current in µA/cm².
    duration_ms : float
        Length of the run.
    membrane : Membrane
        Conductances, batteries, temperature; the squid's if left out.
    state : State of four numbers, optional
        Where to start; the resting state if left out.
    level : float
        A spike is an upward crossing of this potential, in mV.
    rtol : float
        Relative tolerance of a step; the absolute one is a thousandth of it.
    sample_ms : float or None
        Spacing of the trace, which also has every edge; None keeps no trace.
    stop_at_spike : bool
        End the run at the first spike.
    field : callable (t, y, I) -> four slopes, optional
        Other equations than the membrane's: what `printed` returns.

    Returns
    -------
    Solution
        A run that leaves ±500 mV ends there, and its ``status`` says so.

    Raises
    ------
    ValueError
        For a current that is neither a number nor Pulses, a state of another size, a
        duration or spacing that is not positive.

    Chapter: hodgkin-huxley.
    """
    if callable(current) and not isinstance(current, Pulses):
        raise ValueError(
            "current: expected a number or Pulses, got a function; simulate takes one"
        )
    if not duration_ms > 0:
        raise ValueError(f"duration_ms: expected a duration > 0, got {duration_ms}")
    if sample_ms is not None and not sample_ms > 0:
        raise ValueError(f"sample_ms: expected a spacing > 0 or None, got {sample_ms}")
    drive = current if isinstance(current, Pulses) else Pulses((0.0,), (current,))
    field = scalar_field(membrane) if field is None else field
    y = np.array(rest(membrane) if state is None else state, dtype=float)
    if y.shape != (4,):
        raise ValueError(f"state: expected four numbers V, n, m, h, got {state!r}")

    def crossing(t: float, y: Any, I: float) -> float:
        return float(y[0]) - level

    def escape(t: float, y: Any, I: float) -> float:
        return 500.0 - abs(float(y[0]) + 65.0)

    crossing.direction = 1.0  # type: ignore[attr-defined]
    crossing.terminal = stop_at_spike  # type: ignore[attr-defined]
    escape.terminal = True  # type: ignore[attr-defined]
    inside = (edge for edge in drive.times if 0 < edge < duration_ms)
    edges = sorted({0.0, duration_ms, *inside})
    times, values, spikes, status = [0.0], [y.copy()], [], "reached the end"
    for a, b in itertools.pairwise(edges):
        grid = None
        if sample_ms is not None:
            whole = np.arange(math.floor(a / sample_ms) + 1, math.ceil(b / sample_ms))
            grid = np.append(whole * sample_ms, b)
        run = integrate.solve_ivp(
            field,
            (a, b),
            y,
            method="LSODA",
            t_eval=grid,
            events=[crossing, escape],
            args=(drive((a + b) / 2),),
            rtol=rtol,
            atol=1e-3 * rtol,
            max_step=5.0,
        )
        spikes.extend(run.t_events[0])
        if grid is not None:
            times.extend(run.t)
            values.extend(run.y.T)
        if run.status == 1:  # an event ended it
            escaped = len(run.t_events[1]) > 0
            y = run.y_events[1 if escaped else 0][-1]
            status = "left ±500 mV" if escaped else "stopped at a spike"
            break
        y = run.y[:, -1]
    trace = Trace(np.array(times), *np.array(values).T)
    return Solution(trace, np.array(spikes), State(*map(float, y)), status)


def printed(
    *, plus_signs: bool, no_leak: bool, alpha_h: float, membrane: Membrane = SQUID
) -> Field:
    """The field of the lecture's equations, each of its three mistakes switchable.

    Pass the result to ``solve(..., field=...)``. The slide as printed is
    ``plus_signs=True, no_leak=True, alpha_h=0.7``; the right model is
    ``False, False, 0.07``.

    Source: Borisov, lecture, Hodgkin-Huxley slide. Chapter: hodgkin-huxley.
    """
    if no_leak:
        membrane = replace(membrane, g_L=0.0)
    return scalar_field(membrane, sign=-1.0 if plus_signs else 1.0, alpha_h=alpha_h)
