"""The four equations of the squid's membrane, and where they rest.

With outward ionic current counted positive,

    C dV/dt = I - g_Na m³h (V - E_Na) - g_K n⁴ (V - E_K) - g_L (V - E_L)        (1)
    dx/dt   = φ [α_x(V) (1 - x) - β_x(V) x],   x = n, m, h                       (2)

V is absolute (rest near -65 mV); the 1952 paper counts the displacement
u = V + 65 with the sign reversed. Units: mV, ms, µA/cm², mS/cm², µF/cm².
φ = 3^((T - 6.3)/10) speeds up the gates only.

Every function takes NumPy or torch arrays of any shape: one neuron per element.

Source: Hodgkin & Huxley 1952, J. Physiol. 117:500, eqs. (7), (12)-(26).
Chapter: hodgkin-huxley.
"""

import functools
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import optimize

from course_lib.arrays import namespace

__all__ = [
    "SQUID",
    "Gates",
    "Membrane",
    "Rates",
    "State",
    "derivative",
    "equilibrium",
    "ionic_currents",
    "rates",
    "rest",
    "steady_state",
    "time_constants",
]

Array = Any  # a NumPy or torch array, or a number


class Rates(NamedTuple):
    """Opening (alpha) and closing (beta) rates at 6.3 °C, in 1/ms."""

    alpha_n: Array
    beta_n: Array
    alpha_m: Array
    beta_m: Array
    alpha_h: Array
    beta_h: Array


class Gates(NamedTuple):
    """The three gating variables, each between 0 and 1."""

    n: Array
    m: Array
    h: Array


class State(NamedTuple):
    """Membrane potential V in mV and the gates n, m, h; arrays of one shape."""

    V: Array
    n: Array
    m: Array
    h: Array


@dataclass(frozen=True)
class Membrane:
    """A patch of membrane; the defaults are the squid's of 1952.

    ``E_L`` is the table's 10.613 above rest; the value that makes -65 mV an exact
    rest is -54.40107903. Other tools use -54.4 or -54.3: set it before comparing.

    Source: Hodgkin & Huxley 1952, table 3. Chapter: hodgkin-huxley.
    """

    C: float = 1.0
    g_Na: float = 120.0
    g_K: float = 36.0
    g_L: float = 0.3
    E_Na: float = 50.0
    E_K: float = -77.0
    E_L: float = -54.387
    temperature_C: float = 6.3

    def __post_init__(self) -> None:
        if not self.C > 0:
            raise ValueError(f"C: expected a capacitance > 0 in µF/cm², got {self.C}")
        for name in ("g_Na", "g_K", "g_L"):
            if not getattr(self, name) >= 0:
                raise ValueError(
                    f"{name}: expected a conductance >= 0 in mS/cm², "
                    f"got {getattr(self, name)}"
                )

    @property
    def phi(self) -> float:
        """How much faster than at 6.3 °C the gates move: 3^((T - 6.3)/10)."""
        return float(3.0 ** ((self.temperature_C - 6.3) / 10.0))


SQUID = Membrane()


def _psi(x: Array) -> Array:
    """x / (eˣ - 1), with its removable singularity removed: ψ(0) = 1."""
    xp = namespace(x)
    if not hasattr(x, "shape"):
        x = np.asarray(x, dtype=float)
    small = xp.abs(x) < 1e-4
    # Both branches of `where` are evaluated (and differentiated): mask x first.
    away = xp.where(small, xp.ones_like(x), x)
    return xp.where(small, 1 - x / 2 + x * x / 12, away / xp.expm1(away))


def rates(V: Array) -> Rates:
    """Rate constants at 6.3 °C, finite at V = -55 and -40 where 0/0 stands in print.

    Parameters
    ----------
    V : array of any shape, mV

    Returns
    -------
    Rates
        Six arrays of that shape, in 1/ms.

    Source: Hodgkin & Huxley 1952, eqs. (12), (13), (20), (21), (23), (24), with
    u = V + 65. Chapter: hodgkin-huxley. Differs from it in: nothing (the lecture
    prints 0.7 for 0.07 in α_h).
    """
    if not hasattr(V, "shape"):
        V = np.asarray(V, dtype=float)
    xp = namespace(V)
    u = V + 65.0
    return Rates(
        alpha_n=0.1 * _psi((10.0 - u) / 10.0),
        beta_n=0.125 * xp.exp(-u / 80.0),
        alpha_m=_psi((25.0 - u) / 10.0),
        beta_m=4.0 * xp.exp(-u / 18.0),
        alpha_h=0.07 * xp.exp(-u / 20.0),
        beta_h=1.0 / (1.0 + xp.exp((30.0 - u) / 10.0)),
    )


def steady_state(V: Array) -> Gates:
    """x∞ = α / (α + β): where each gate settles if V is held, shape of V.

    Source: Hodgkin & Huxley 1952, eqs. (9), (18), (19). Chapter: hodgkin-huxley.
    """
    a_n, b_n, a_m, b_m, a_h, b_h = rates(V)
    return Gates(a_n / (a_n + b_n), a_m / (a_m + b_m), a_h / (a_h + b_h))


def time_constants(V: Array, membrane: Membrane = SQUID) -> Gates:
    """τ_x = 1 / φ(α + β) in ms, shape of V.

    Source: Hodgkin & Huxley 1952, eqs. (10), (18), (19). Chapter: hodgkin-huxley.
    """
    a_n, b_n, a_m, b_m, a_h, b_h = rates(V)
    phi = membrane.phi
    return Gates(
        1 / (phi * (a_n + b_n)), 1 / (phi * (a_m + b_m)), 1 / (phi * (a_h + b_h))
    )


def ionic_currents(
    state: State, membrane: Membrane = SQUID
) -> tuple[Array, Array, Array]:
    """Sodium, potassium and leak current in µA/cm², outward positive.

    Source: Hodgkin & Huxley 1952, eqs. (3)-(6), (14). Chapter: hodgkin-huxley.
    """
    V, n, m, h = state
    I_Na = membrane.g_Na * m**3 * h * (V - membrane.E_Na)
    I_K = membrane.g_K * n**4 * (V - membrane.E_K)
    I_L = membrane.g_L * (V - membrane.E_L)
    return I_Na, I_K, I_L


def derivative(state: State, I: Array = 0.0, membrane: Membrane = SQUID) -> State:
    """Time derivative of each field: mV/ms and 1/ms.

    Source: Hodgkin & Huxley 1952, eq. (26) and (7), (15), (16); equations (1), (2)
    above. Chapter: hodgkin-huxley.
    """
    V, n, m, h = state
    a_n, b_n, a_m, b_m, a_h, b_h = rates(V)
    I_Na, I_K, I_L = ionic_currents(state, membrane)
    phi = membrane.phi
    return State(
        (I - I_Na - I_K - I_L) / membrane.C,  # eq. 1
        phi * (a_n * (1 - n) - b_n * n),  # eq. 2
        phi * (a_m * (1 - m) - b_m * m),
        phi * (a_h * (1 - h) - b_h * h),
    )


def equilibrium(I: float = 0.0, membrane: Membrane = SQUID) -> State:
    """The state in which nothing moves under the constant current I.

    The steady current rises with V, so there is exactly one for the squid's
    constants; it is bracketed between -150 and 100 mV.

    Raises
    ------
    ValueError
        If no equilibrium lies in that range.

    Chapter: hodgkin-huxley.
    """

    def net_current(V: float) -> float:
        return sum(map(float, ionic_currents(State(V, *steady_state(V)), membrane))) - I

    if not net_current(-150.0) < 0 < net_current(100.0):
        raise ValueError(
            f"I: expected a current whose equilibrium lies between -150 and 100 mV, "
            f"got {I} µA/cm²"
        )
    V = optimize.brentq(net_current, -150.0, 100.0, xtol=1e-13, rtol=1e-15)
    return State(float(V), *(float(x) for x in steady_state(V)))


@functools.cache
def rest(membrane: Membrane = SQUID) -> State:
    """The resting state, solved for: V = -64.99638 mV for the table's constants.

    Rounded gates (0.32, 0.05, 0.6) would start every run with a small twitch.

    Chapter: hodgkin-huxley.
    """
    return equilibrium(0.0, membrane)
