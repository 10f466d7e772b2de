"""What one squid's membrane does: clamp, thresholds, firing rates, stability.

Every number comes from `solve` or a closed form, so that it is the model's and not a
scheme's.

Chapter: hodgkin-huxley.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import optimize

from course_lib.neurons.hodgkin_huxley._scalar import jacobian, scalar_field
from course_lib.neurons.hodgkin_huxley.accurate import solve
from course_lib.neurons.hodgkin_huxley.equations import (
    SQUID,
    Membrane,
    State,
    equilibrium,
    rest,
    steady_state,
    time_constants,
)
from course_lib.neurons.hodgkin_huxley.runs import Pulses, pulse

__all__ = [
    "anode_break_current",
    "displacement_threshold",
    "eigenvalues",
    "firing_rate",
    "hopf_currents",
    "refractory_threshold",
    "rheobase",
    "sweep_rates",
    "threshold_current",
    "voltage_clamp",
]

Array = Any  # a NumPy array or a list of numbers


def voltage_clamp(
    t: Array, V: float, V_before: float = -65.0, membrane: Membrane = SQUID
) -> tuple[np.ndarray, np.ndarray]:
    """Sodium and potassium conductance (mS/cm²) after a step of V, in closed form.

    With V held, equation (2) is linear: x(t) = x∞ + (x₀ - x∞) e^(-t/τ).
    t has shape (T,) in ms; returns two arrays of that shape.

    Source: Hodgkin & Huxley 1952, eqs. (8), (11), (17)-(19). Chapter: hodgkin-huxley.
    """
    t = np.asarray(t, dtype=float)
    n, m, h = (
        after + (before - after) * np.exp(-t / tau)
        for before, after, tau in zip(
            steady_state(V_before),
            steady_state(V),
            time_constants(V, membrane),
            strict=True,
        )
    )
    return membrane.g_Na * m**3 * h, membrane.g_K * n**4


# ----------------------------------------------------------------------- thresholds


def threshold_current(width_ms: float, membrane: Membrane = SQUID) -> float:
    """Smallest rectangular pulse from rest that gives a spike, in µA/cm².

    Source: strength-duration curve. Chapter: hodgkin-huxley.
    """
    _check_width(width_ms)
    return _smallest(
        lambda I: _fires(pulse(I, width_ms), width_ms + 30.0, membrane),
        0.0,
        40.0 / width_ms + 20.0,
    )


def rheobase(membrane: Membrane = SQUID) -> float:
    """Smallest constant current switched on at rest that gives a spike, in µA/cm².

    Chapter: hodgkin-huxley.
    """
    return _smallest(lambda I: _fires(I, 60.0, membrane), 0.0, 20.0)


def displacement_threshold(membrane: Membrane = SQUID) -> float:
    """Smallest instantaneous displacement from rest that gives a spike, in mV.

    Chapter: hodgkin-huxley.
    """
    start = rest(membrane)

    def fires(u: float) -> bool:
        return _fires(0.0, 30.0, membrane, start._replace(V=start.V + u))

    return _smallest(fires, 1.0, 20.0)


def refractory_threshold(
    interval_ms: float,
    width_ms: float = 0.5,
    membrane: Membrane = SQUID,
) -> float:
    """Threshold of a second pulse, as a multiple of the first's, onset to onset.

    The first pulse is twice its threshold. A spike counts from the second onset on,
    so the interval must be long enough for the first spike to be over (4 ms).

    Chapter: hodgkin-huxley.
    """
    if not interval_ms >= 4.0:
        raise ValueError(
            "interval_ms: expected at least 4 ms, when the first spike is over, "
            f"got {interval_ms}"
        )
    single = threshold_current(width_ms, membrane)
    first = solve(
        pulse(2 * single, width_ms), interval_ms, membrane=membrane, sample_ms=None
    )

    def fires(I: float) -> bool:
        return _fires(pulse(I, width_ms), width_ms + 30.0, membrane, first.final)

    return _smallest(fires, 0.0, 100.0 * single) / single


def anode_break_current(width_ms: float, membrane: Membrane = SQUID) -> float:
    """Smallest |I| of a hyperpolarising pulse whose end gives a spike, in µA/cm².

    Chapter: hodgkin-huxley.
    """
    _check_width(width_ms)
    return _smallest(
        lambda I: _fires(pulse(-I, width_ms), width_ms + 40.0, membrane),
        0.0,
        60.0 / width_ms + 5.0,
    )


def _check_width(width_ms: float) -> None:
    if not width_ms > 0:
        raise ValueError(f"width_ms: expected a width > 0, got {width_ms}")


def _fires(
    current: float | Pulses,
    duration_ms: float,
    membrane: Membrane,
    state: State | None = None,
) -> bool:
    """Whether a run, from rest unless a state is given, has a spike."""
    run = solve(
        current,
        duration_ms,
        membrane=membrane,
        state=state,
        sample_ms=None,
        stop_at_spike=True,
    )
    return len(run.spikes) > 0


def _smallest(fires: Callable[[float], bool], low: float, high: float) -> float:
    """Bisect the smallest value that fires, to 1e-7."""
    if fires(low) or not fires(high):
        raise ValueError(
            f"membrane: expected one with a threshold, no spike at {low:g} and one at "
            f"{high:g}; this one has none in between"
        )
    return float(
        optimize.bisect(lambda x: 1.0 if fires(x) else -1.0, low, high, xtol=1e-7)
    )


# --------------------------------------------------------------------- firing rates


def firing_rate(
    I: float,
    membrane: Membrane = SQUID,
    level: float | None = None,
    duration_ms: float = 400.0,
) -> float:
    """Steady firing rate from rest under constant current in Hz, 0 if it stops.

    The rate is that of the last interval; ``level`` (mV) defaults to 0.1 mV above the
    equilibrium: the small oscillations near depolarisation block count, the rounding
    of a membrane that has come to rest does not.

    Chapter: hodgkin-huxley.
    """
    level = equilibrium(I, membrane).V + 0.1 if level is None else level
    run = solve(I, duration_ms, membrane=membrane, level=level, sample_ms=None)
    if len(run.spikes) < 3:
        return 0.0
    before, last = np.diff(run.spikes)[-2:]
    # A decaying oscillation crosses the equilibrium too: ask for a real amplitude.
    tail = solve(I, 1.2 * last, membrane=membrane, state=run.final).trace
    if np.ptp(tail.V) < 1.0 or run.spikes[-1] < duration_ms - 2 * max(last, before):
        return 0.0
    return float(1000.0 / last)


def sweep_rates(
    I: Array, duration_ms: float = 600.0, membrane: Membrane = SQUID, *, up: bool
) -> np.ndarray:
    """Rates (Hz) on a slow sweep of currents, each starting where the last ended.

    ``up=True`` starts at rest with the smallest current, ``up=False`` from firing at
    the largest: between the fold (6.26) and the Hopf point (9.775) they differ.
    I has shape (n,), ascending, in µA/cm²; returns an array of shape (n,). Each
    current is held for ``duration_ms``, of which the second half counts.

    Chapter: hodgkin-huxley.
    """
    values = np.asarray(I, dtype=float)
    if values.ndim != 1 or (np.diff(values) < 0).any():
        raise ValueError(f"I: expected ascending currents of shape (n,), got {I!r}")
    order = range(len(values)) if up else reversed(range(len(values)))
    state: State | None = None
    out = np.zeros(len(values))
    for k in order:
        run = solve(
            float(values[k]),
            duration_ms,
            membrane=membrane,
            state=state,
            sample_ms=None,
            rtol=1e-7,
        )
        state = run.final
        late = run.spikes[run.spikes > duration_ms / 2]
        out[k] = 1000.0 / np.mean(np.diff(late)) if len(late) > 1 else 0.0
    return out


# ------------------------------------------------------------------------ stability


def eigenvalues(I: float = 0.0, membrane: Membrane = SQUID) -> np.ndarray:
    """Eigenvalues (1/ms) of the equilibrium under constant current, shape (4,).

    Chapter: hodgkin-huxley.
    """
    field = scalar_field(membrane)
    still = np.array(equilibrium(I, membrane))
    return np.linalg.eigvals(jacobian(lambda y: field(0, y, I), still, 1e-5))


def hopf_currents(membrane: Membrane = SQUID) -> tuple[float, float]:
    """Currents at which the equilibrium loses and regains stability, µA/cm².

    They are sought between 2 and 40 and between 40 and 300.

    Chapter: hodgkin-huxley.
    """

    def growth(I: float) -> float:
        return float(max(eigenvalues(I, membrane).real))

    if not growth(40.0) > 0 > max(growth(2.0), growth(300.0)):
        raise ValueError(
            "membrane: expected one whose equilibrium is unstable at 40 µA/cm² and "
            f"stable at 2 and 300, got {membrane}"
        )
    low = optimize.brentq(growth, 2.0, 40.0, xtol=1e-9)
    high = optimize.brentq(growth, 40.0, 300.0, xtol=1e-9)
    return float(low), float(high)
