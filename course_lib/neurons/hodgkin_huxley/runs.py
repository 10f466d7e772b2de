"""What goes into a run and what comes out: currents, traces, spike times.

Chapter: hodgkin-huxley.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from course_lib.neurons.hodgkin_huxley.equations import State

__all__ = ["SPIKE_LEVEL", "Pulses", "Trace", "pulse", "spike_times"]

Array = Any  # a NumPy or torch array, or a number
SPIKE_LEVEL = -15.0  # mV: "spike" means that u = V + 65 crosses +50 upward


@dataclass(frozen=True)
class Pulses:
    """A piecewise constant current: ``values[k]`` µA/cm² from ``times[k]`` ms on.

    Callable with the time in ms; 0 before the first. `solve` reads ``times`` and
    stops there, so that no edge falls inside a step.
    """

    times: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        ascending = list(self.times) == sorted(self.times)
        if not ascending or len(self.times) != len(self.values):
            raise ValueError(
                "times: expected ascending times, one per value, got "
                f"{self.times} and {self.values}"
            )

    def __call__(self, t: float) -> float:
        value = 0.0
        for start, level in zip(self.times, self.values, strict=True):
            if t >= start:
                value = level
        return value


def pulse(amplitude: float, width_ms: float, start_ms: float = 0.0) -> Pulses:
    """A rectangular current of ``amplitude`` (µA/cm²) for ``width_ms``, then 0."""
    return Pulses((start_ms, start_ms + width_ms), (amplitude, 0.0))


class Trace(NamedTuple):
    """A run: times t of shape (T,) in ms, and V, n, m, h of shape (T, ...)."""

    t: Array
    V: Array
    n: Array
    m: Array
    h: Array

    @property
    def final(self) -> State:
        """The last recorded state, from which a run can go on."""
        return State(self.V[-1], self.n[-1], self.m[-1], self.h[-1])


def spike_times(t: Array, V: Array, level: float = SPIKE_LEVEL) -> np.ndarray:
    """Upward crossings of ``level`` by one neuron, linearly interpolated, in ms.

    t and V have shape (T,); returns an array of shape (spikes,).

    Chapter: hodgkin-huxley.
    """
    t, V = np.asarray(t), np.asarray(V)
    if t.ndim != 1 or t.shape != V.shape:
        raise ValueError(
            f"V: expected one value per time, shape {t.shape}, got {V.shape}"
        )
    k = np.flatnonzero((V[:-1] < level) & (V[1:] >= level))
    return t[k] + (level - V[k]) / (V[k + 1] - V[k]) * (t[k + 1] - t[k])
