"""The spike that travels: the wave of constant velocity, and the cable in time.

    C ∂V/∂t = C D ∂²V/∂x² - I_ion,   D = a / 2RC                                 (3)
    V(x, t) = V(t - x/θ):   V'' = K (V' + I_ion / C),   K = θ² / D                (4)

`shoot` and `wave_parameter` solve the ordinary equation (4), `cable` the partial (3).

Source: Hodgkin & Huxley 1952, J. Physiol. 117:500, eqs. (29)-(31).
Chapter: hodgkin-huxley.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import integrate, optimize
from scipy.linalg import lapack

from course_lib.neurons.hodgkin_huxley._scalar import jacobian, scalar_field
from course_lib.neurons.hodgkin_huxley.equations import Membrane, State, rest
from course_lib.neurons.hodgkin_huxley.runs import SPIKE_LEVEL
from course_lib.neurons.hodgkin_huxley.schemes import advance_gates, relax_exponential

__all__ = [
    "Axon",
    "Propagation",
    "cable",
    "conduction_velocity",
    "shoot",
    "wave_parameter",
]

HOT = Membrane(temperature_C=18.5)  # the temperature of the paper's own wave


@dataclass(frozen=True)
class Axon:
    """A cylinder of membrane: radius in cm, axial resistivity in Ω cm.

    Source: Hodgkin & Huxley 1952, part III. Chapter: hodgkin-huxley.
    """

    membrane: Membrane = HOT
    radius_cm: float = 0.0238
    resistivity: float = 35.4

    def __post_init__(self) -> None:
        for name in ("radius_cm", "resistivity"):
            if not getattr(self, name) > 0:
                raise ValueError(
                    f"{name}: expected a number > 0, got {getattr(self, name)}"
                )

    @property
    def diffusivity(self) -> float:
        """D = a / 2RC in cm²/ms (the factor 1000 is mV/Ω to µA)."""
        return 1000.0 * self.radius_cm / (2 * self.resistivity * self.membrane.C)


SQUID_AXON = Axon()


def shoot(K: float, membrane: Membrane) -> tuple[int, np.ndarray, np.ndarray]:
    """Leave rest along the unstable direction of the wave equation and look where to.

    K in 1/ms. Returns (+1, t, V) if V runs away upward, (-1, t, V) if downward, t and
    V of shape (T,) in ms and mV: the wave that comes back to rest lies between.

    Chapter: hodgkin-huxley.
    """
    start = rest(membrane)
    y0 = np.array([start.V, 0.0, start.n, start.m, start.h])
    wave = _wave_field(K, membrane)
    values, vectors = np.linalg.eig(jacobian(lambda y: wave(0, y), y0, 1e-6))
    out = vectors[:, np.argmax(values.real)].real
    y = y0 + 1e-4 * out / out[0]  # a tenth of a microvolt above rest

    def escape(t: float, y: Any) -> float:
        return 130.0 - abs(float(y[0]))

    escape.terminal = True  # type: ignore[attr-defined]
    run = integrate.solve_ivp(
        wave, (0.0, 60.0), y, method="LSODA", rtol=1e-10, atol=1e-12, events=escape
    )
    return (1 if run.y[0, -1] > -65.0 else -1), run.t, run.y[0]


def wave_parameter(
    membrane: Membrane = HOT, low: float = 2.0, high: float = 30.0
) -> float:
    """K = 2 R θ² C / a in 1/ms, by shooting: the value between two ways to fail.

    It is sought between ``low`` and ``high``.

    Source: Hodgkin & Huxley 1952, eqs. (30), (31), found there by hand as 10.47.
    Chapter: hodgkin-huxley.
    """
    ways = {K: shoot(K, membrane)[0] for K in (low, high)}
    if ways[low] == ways[high]:
        raise ValueError(
            f"low, high: expected two values round that of the wave, got {low:g} and "
            f"{high:g}, where V runs away to the same side; a membrane that conducts "
            "no wave has no such values"
        )

    def way(K: float) -> int:
        return ways[K] if K in ways else shoot(K, membrane)[0]

    return float(optimize.bisect(way, low, high, xtol=1e-8))


def conduction_velocity(axon: Axon = SQUID_AXON) -> float:
    """θ = √(K D) in m/s, from the shooting value of K.

    Source: Hodgkin & Huxley 1952, eq. (31). Chapter: hodgkin-huxley.
    """
    return 10.0 * math.sqrt(wave_parameter(axon.membrane) * axon.diffusivity)


class Propagation(NamedTuple):
    """A run of the cable: velocity in m/s, NaN if nothing passed, and V in mV.

    x has shape (X,) in cm, t shape (T,) in ms, V shape (T, X).
    """

    velocity: float
    x: np.ndarray
    t: np.ndarray
    V: np.ndarray


def cable(
    axon: Axon = SQUID_AXON,
    *,
    length_cm: float = 16.0,
    dx_cm: float = 0.025,
    dt_ms: float = 0.0025,
    duration_ms: float = 12.0,
    between_cm: tuple[float, float] = (6.0, 12.0),
    level: float = SPIKE_LEVEL,
    record_every: int = 40,
) -> Propagation:
    """Propagated action potential: implicit cable, gates staggered by half a step.

    Equation (3) with sealed ends, from rest, after a strong 0.2 ms pulse on the first
    2 mm. Each step solves one tridiagonal system (Crank-Nicolson in V), so dt is
    not bound by dx²/2D. Second order in dx and dt.

    Parameters
    ----------
    axon : Axon
        The squid's at 18.5 °C if left out.
    length_cm, dx_cm : float
        The cable and the distance of its nodes.
    dt_ms, duration_ms : float
        The step and the length of the run.
    between_cm : pair of floats
        The velocity is measured between these two places.
    level : float
        The spike is there when V crosses this potential upward, in mV.
    record_every : int
        Keep V every so many steps.

    Returns
    -------
    Propagation

    Raises
    ------
    ValueError
        For a grid of less than ten nodes, or places that are not on the cable.

    Source: Hodgkin & Huxley 1952, eq. (29); Hines 1984. Chapter: hodgkin-huxley.
    """
    c = axon.membrane
    if not 0 < dx_cm < length_cm / 10 or not dt_ms > 0:
        raise ValueError(
            f"dx_cm, dt_ms: expected 0 < dx_cm < length_cm / 10 and dt_ms > 0, "
            f"got {dx_cm}, {dt_ms} for {length_cm} cm"
        )
    if not 0 <= between_cm[0] < between_cm[1] <= length_cm:
        raise ValueError(
            f"between_cm: expected two ascending places on the cable of {length_cm} "
            f"cm, got {between_cm}"
        )
    nodes = round(length_cm / dx_cm) + 1
    x = dx_cm * np.arange(nodes)
    s = State(*(np.full(nodes, value) for value in rest(c)))
    s = advance_gates(s, -dt_ms / 2, c, relax_exponential)
    coupling = axon.diffusivity * c.C / dx_cm**2
    # Second difference with mirror nodes at the sealed ends.
    upper, lower = np.full(nodes - 1, coupling), np.full(nodes - 1, coupling)
    upper[0] = lower[-1] = 2 * coupling
    stimulus = np.where(x <= 0.2, 1500.0, 0.0)
    probes = [round(place / dx_cm) for place in between_cm]
    arrived = [math.nan, math.nan]
    kept, times = [s.V], [0.0]
    for k in range(round(duration_ms / dt_ms)):
        V_old, n, m, h = advance_gates(s, dt_ms, c, relax_exponential)
        g_Na, g_K = c.g_Na * m**3 * h, c.g_K * n**4
        G = g_Na + g_K + c.g_L
        drive = g_Na * c.E_Na + g_K * c.E_K + c.g_L * c.E_L
        if (k + 0.5) * dt_ms < 0.2:
            drive = drive + stimulus
        # V at the half step: (2C/dt + G + 2κ) V½ - κ (V½₋ + V½₊) = 2C/dt V + drive
        diagonal = 2 * c.C / dt_ms + G + 2 * coupling
        right = 2 * c.C / dt_ms * V_old + drive
        half = lapack.dgtsv(-lower, diagonal, -upper, right)[3]
        V = 2 * half - V_old
        for i, probe in enumerate(probes):
            if math.isnan(arrived[i]) and V_old[probe] < level <= V[probe]:
                part = (level - V_old[probe]) / (V[probe] - V_old[probe])
                arrived[i] = (k + part) * dt_ms
        s = State(V, n, m, h)
        if (k + 1) % record_every == 0:
            kept.append(V)
            times.append((k + 1) * dt_ms)
    distance = (probes[1] - probes[0]) * dx_cm
    velocity = 10.0 * distance / (arrived[1] - arrived[0])
    return Propagation(velocity, x, np.array(times), np.array(kept))


def _wave_field(K: float, membrane: Membrane) -> Callable[[float, Any], list[float]]:
    """A wave of constant velocity: V'' = K (V' + I_ion / C), gates as ever."""
    field = scalar_field(membrane)

    def wave(t: float, y: Any) -> list[float]:
        V, slope, n, m, h = y
        dV, dn, dm, dh = field(t, np.array((V, n, m, h)), 0.0)  # dV = -I_ion / C
        return [slope, K * (slope - dV), dn, dm, dh]

    return wave
