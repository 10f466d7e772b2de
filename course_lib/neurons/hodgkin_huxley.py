"""The Hodgkin-Huxley membrane: rates, rest, spikes, thresholds, propagation.

Four equations. With outward ionic current counted positive,

    C dV/dt = I - g_Na m³h (V - E_Na) - g_K n⁴ (V - E_K) - g_L (V - E_L)        (1)
    dx/dt   = φ [α_x(V) (1 - x) - β_x(V) x],   x = n, m, h                       (2)

V is absolute (rest near -65 mV); the 1952 paper counts the displacement
u = V + 65 with the sign reversed. Units: mV, ms, µA/cm², mS/cm², µF/cm².
φ = 3^((T - 6.3)/10) speeds up the gates only.

Everything down to ``simulate`` takes NumPy or torch arrays of any shape: one
neuron per element. Below it stand the experiments (thresholds, f-I curve,
refractoriness, anode break, propagation), which integrate one neuron with
SciPy's LSODA at a tight tolerance, so that their numbers are the model's and
not the scheme's.

Source: Hodgkin & Huxley 1952, J. Physiol. 117:500, eqs. (7), (12)-(26).
Chapter: hodgkin-huxley.
"""

import functools
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from scipy import integrate, optimize
from scipy.linalg import lapack

from course_lib.arrays import namespace

__all__ = [
    "SCHEMES",
    "Axon",
    "Gates",
    "Membrane",
    "Pulses",
    "Rates",
    "State",
    "Trace",
    "anode_break_current",
    "cable",
    "conduction_velocity",
    "derivative",
    "displacement_threshold",
    "eigenvalues",
    "equilibrium",
    "firing_rate",
    "hopf_currents",
    "ionic_currents",
    "printed",
    "pulse",
    "rates",
    "refractory_threshold",
    "rest",
    "rheobase",
    "shoot",
    "simulate",
    "solve",
    "spike_times",
    "steady_state",
    "sweep_rates",
    "threshold_current",
    "time_constants",
    "voltage_clamp",
    "wave_parameter",
]

Array = Any  # a NumPy or torch array, or a number
SPIKE_LEVEL = -15.0  # mV: "spike" means that u = V + 65 crosses +50 upward


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


# ------------------------------------------------------------------ the equations


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


# ------------------------------------------------------------- currents that change


@dataclass(frozen=True)
class Pulses:
    """A piecewise constant current: ``values[k]`` from ``times[k]`` on, 0 before.

    Callable with the time in ms. Integrators read ``times`` and stop there, so that
    no edge falls inside a step.
    """

    times: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.times) != len(self.values) or list(self.times) != sorted(
            self.times
        ):
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
    """A rectangular current pulse in µA/cm²."""
    return Pulses((start_ms, start_ms + width_ms), (amplitude, 0.0))


# ------------------------------------------------------------------------- schemes

Current = Callable[[float], Array]


def _add(state: State, slope: State, dt: float) -> State:
    return State(*(x + dt * d for x, d in zip(state, slope, strict=True)))


def _forward_euler(s: State, I: Current, t: float, dt: float, c: Membrane) -> State:
    """Order 1, explicit: everything from the old state."""
    return _add(s, derivative(s, I(t), c), dt)


def _midpoint(s: State, I: Current, t: float, dt: float, c: Membrane) -> State:
    """Order 2, explicit: the slope at the middle of the step."""
    middle = _add(s, derivative(s, I(t), c), dt / 2)
    return _add(s, derivative(middle, I(t + dt / 2), c), dt)


def _rk4(s: State, I: Current, t: float, dt: float, c: Membrane) -> State:
    """Order 4, explicit: the classical Runge-Kutta method."""
    k1 = derivative(s, I(t), c)
    k2 = derivative(_add(s, k1, dt / 2), I(t + dt / 2), c)
    k3 = derivative(_add(s, k2, dt / 2), I(t + dt / 2), c)
    k4 = derivative(_add(s, k3, dt), I(t + dt), c)
    slopes = zip(k1, k2, k3, k4, strict=True)
    return _add(s, State(*((a + 2 * b + 2 * e + d) / 6 for a, b, e, d in slopes)), dt)


def _relax_exponential(x: Array, target: Array, rate: Array, dt: float) -> Array:
    """x after dt of dx/dt = rate (target - x), exact for constant rate."""
    xp = namespace(rate)
    return target + (x - target) * xp.exp(-dt * rate)


def _relax_crank_nicolson(x: Array, target: Array, rate: Array, dt: float) -> Array:
    """The same by the trapezoidal rule: order 2, no exponential."""
    half = 0.5 * dt * rate
    return (x * (1 - half) + 2 * half * target) / (1 + half)


def _gates_after(
    s: State, V: Array, dt: float, c: Membrane, relax: Callable[..., Array]
) -> Gates:
    """n, m, h after dt with V held: each relaxes to x∞ at rate φ(α + β)."""
    a_n, b_n, a_m, b_m, a_h, b_h = rates(V)
    k_n, k_m, k_h = a_n + b_n, a_m + b_m, a_h + b_h
    phi = c.phi
    return Gates(
        relax(s.n, a_n / k_n, phi * k_n, dt),
        relax(s.m, a_m / k_m, phi * k_m, dt),
        relax(s.h, a_h / k_h, phi * k_h, dt),
    )


def _potential_after(
    V: Array,
    gates: Gates,
    I: Array,
    dt: float,
    c: Membrane,
    relax: Callable[..., Array],
) -> Array:
    """V after dt with the gates held: it relaxes to the mean of the batteries."""
    n, m, h = gates
    n2 = n * n
    g_Na, g_K = c.g_Na * m * m * m * h, c.g_K * n2 * n2
    G = g_Na + g_K + c.g_L
    target = (g_Na * c.E_Na + g_K * c.E_K + c.g_L * c.E_L + I) / G
    return relax(V, target, G / c.C, dt)


def _exponential_euler(s: State, I: Current, t: float, dt: float, c: Membrane) -> State:
    """Order 1, stable: V and gates each solved exactly, all from the old state."""
    V = _potential_after(s.V, Gates(s.n, s.m, s.h), I(t), dt, c, _relax_exponential)
    return State(V, *_gates_after(s, s.V, dt, c, _relax_exponential))


def _sequential(s: State, I: Current, t: float, dt: float, c: Membrane) -> State:
    """Order 1, stable: gates exactly, then V implicitly with the new gates."""
    gates = _gates_after(s, s.V, dt, c, _relax_exponential)
    implicit = lambda V, target, rate, dt: (V + dt * rate * target) / (1 + dt * rate)  # noqa: E731
    return State(_potential_after(s.V, gates, I(t + dt), dt, c, implicit), *gates)


def _staggered_exponential(
    s: State, I: Current, t: float, dt: float, c: Membrane
) -> State:
    """Order 2, stable: gates live half a step before V, each solved exactly."""
    gates = _gates_after(s, s.V, dt, c, _relax_exponential)
    V = _potential_after(s.V, gates, I(t + dt / 2), dt, c, _relax_exponential)
    return State(V, *gates)


def _staggered(s: State, I: Current, t: float, dt: float, c: Membrane) -> State:
    """Order 2, stable, cheapest: gates live half a step before V, trapezoidal rule."""
    gates = _gates_after(s, s.V, dt, c, _relax_crank_nicolson)
    V = _potential_after(s.V, gates, I(t + dt / 2), dt, c, _relax_crank_nicolson)
    return State(V, *gates)


class Scheme(NamedTuple):
    """One step of a method, its order, and whether its gates live half a step apart."""

    step: Callable[[State, Current, float, float, Membrane], State]
    order: int
    staggered: bool = False


SCHEMES = {
    "forward_euler": Scheme(_forward_euler, 1),
    "midpoint": Scheme(_midpoint, 2),
    "rk4": Scheme(_rk4, 4),
    "exponential_euler": Scheme(_exponential_euler, 1),
    "sequential": Scheme(_sequential, 1),
    "staggered_exponential": Scheme(_staggered_exponential, 2, staggered=True),
    "staggered": Scheme(_staggered, 2, staggered=True),
}


def simulate(
    current: Array | Current,
    duration_ms: float,
    dt_ms: float = 0.025,
    *,
    membrane: Membrane = SQUID,
    state: State | None = None,
    scheme: str = "staggered",
    record_every: int = 1,
    compiled: bool = False,
) -> Trace:
    """Run N neurons at once, one per element, with a fixed step.

    Parameters
    ----------
    current : number, array of shape (N,), or callable t -> number or array
        Injected current in µA/cm²; t in ms. The array kind decides NumPy or torch.
    duration_ms, dt_ms : float
        Length of the run and of a step.
    state : State, optional
        Where to start; the resting state if left out.
    scheme : str
        A key of ``SCHEMES``. The default is of second order, bounded at any step
        and under any hyperpolarisation; it misplaces the seventh spike at
        I = 10 µA/cm² by 0.008 ms. A scheme that is only stable is not accurate:
        exponential Euler misplaces it by 1.2 ms at the same step.
    record_every : int
        Keep every so many steps.
    compiled : bool
        Let numba run the time loop: for constant NumPy currents and the staggered
        scheme, seven times faster and more; equal to rounding.

    Returns
    -------
    Trace
        Times of shape (T,), fields of shape (T, N) (or (T,) for one neuron).

    Raises
    ------
    ValueError
        For an unknown scheme, a step that is not positive, or a duration below it.

    Explicit schemes may blow up: the trace then holds inf or NaN, as they do.

    Source: reference schemes compared in Chapter: hodgkin-huxley.
    """
    if scheme not in SCHEMES:
        raise ValueError(f"scheme: expected one of {sorted(SCHEMES)}, got {scheme!r}")
    if not dt_ms > 0 or not duration_ms >= dt_ms:
        raise ValueError(
            "duration_ms, dt_ms: expected 0 < dt_ms <= duration_ms, got "
            f"{duration_ms} and {dt_ms}"
        )
    if not (isinstance(record_every, int) and record_every >= 1):
        raise ValueError(
            f"record_every: expected a whole number >= 1, got {record_every!r}"
        )
    I: Current = current if callable(current) else lambda t: current
    first = I(0.0)
    xp = namespace(first)
    start = rest(membrane) if state is None else state
    # Broadcasting by addition gives each field the shape, dtype and device of I.
    zero = first * 0.0
    now = State(*(x + zero for x in start))
    step, _, staggered = SCHEMES[scheme]
    steps = round(duration_ms / dt_ms)
    if compiled:
        if scheme != "staggered":
            raise ValueError(
                f"compiled: expected scheme='staggered', the only compiled one, got "
                f"{scheme!r}; leave compiled out"
            )
        return _simulate_compiled(current, now, membrane, dt_ms, steps, record_every)
    one = isinstance(current, int | float) and all(np.ndim(x) == 0 for x in now)
    if one and scheme == "staggered":
        return _simulate_one(current, now, membrane, dt_ms, steps, record_every)
    kept = [now]
    with np.errstate(over="ignore", invalid="ignore"):
        if staggered:  # bring the gates half a step back, so that they lead V by half
            relax = _relax_exponential
            back = _gates_after(now, now.V, -dt_ms / 2, membrane, relax)
            now = State(now.V, *back)
        for k in range(steps):
            now = step(now, I, k * dt_ms, dt_ms, membrane)
            if (k + 1) % record_every == 0:
                kept.append(now)
                if staggered:  # gates at the whole step: half a step on from theirs
                    onward = _gates_after(
                        now, now.V, dt_ms / 2, membrane, _relax_crank_nicolson
                    )
                    kept[-1] = State(now.V, *onward)
    t = record_every * dt_ms * np.arange(len(kept))
    stack = getattr(xp, "stack", np.stack)
    if not hasattr(first, "shape"):
        return Trace(t, *(np.array([s[i] for s in kept], float) for i in range(4)))
    return Trace(
        xp.asarray(t, dtype=kept[0].V.dtype),
        *(stack([s[i] for s in kept]) for i in range(4)),
    )


def _simulate_one(
    I: float, now: State, c: Membrane, dt: float, steps: int, every: int
) -> Trace:
    """The staggered scheme for one neuron in plain floats: 20 times NumPy's speed."""
    back = _gates_after(now, now.V, -dt / 2, c, _relax_exponential)
    V, n, m, h = float(now.V), *map(float, back)
    kept = [tuple(map(float, now))]
    f, g, exp = 0.5 * dt * c.phi, 0.5 * dt / c.C, math.exp
    g_Na, g_K, g_L = c.g_Na, c.g_K, c.g_L
    batteries = g_L * c.E_L + I

    for step in range(1, steps + 1):
        u = V + 65.0
        a_n, b_n = 0.1 * _scalar_psi((10 - u) / 10), 0.125 * exp(-u / 80)
        a_m, b_m = _scalar_psi((25 - u) / 10), 4 * exp(-u / 18)
        a_h, b_h = 0.07 * exp(-u / 20), 1 / (1 + exp((30 - u) / 10))
        k = f * (a_n + b_n)
        n = (n * (1 - k) + 2 * f * a_n) / (1 + k)
        k = f * (a_m + b_m)
        m = (m * (1 - k) + 2 * f * a_m) / (1 + k)
        k = f * (a_h + b_h)
        h = (h * (1 - k) + 2 * f * a_h) / (1 + k)
        K, Na = g_K * n * n * n * n, g_Na * m * m * m * h
        G = g * (K + Na + g_L)
        V = (V * (1 - G) + 2 * g * (K * c.E_K + Na * c.E_Na + batteries)) / (1 + G)
        if step % every == 0:
            kept.append((V, n, m, h))
    # The recorded gates stand half a step before their V: bring all of them forward.
    fields = np.array(kept)
    late = State(*fields[1:].T)
    forward = _gates_after(late, late.V, dt / 2, c, _relax_crank_nicolson)
    fields[1:, 1:] = np.transpose(forward)
    return Trace(every * dt * np.arange(len(kept)), *fields.T.copy())


def _simulate_compiled(
    I: Any, now: State, c: Membrane, dt: float, steps: int, every: int
) -> Trace:
    """The staggered scheme in numba's loop; see _hodgkin_huxley_compiled."""
    if callable(I) or not isinstance(I, int | float | np.ndarray):
        raise ValueError(
            f"compiled: expected a constant NumPy current, got {type(I).__name__}; "
            "leave compiled out"
        )
    if isinstance(I, np.ndarray) and I.dtype == np.float32:
        raise ValueError(
            "compiled: expected a current in float64, the loop's precision, got "
            "float32; leave compiled out"
        )
    try:
        from course_lib.neurons import _hodgkin_huxley_compiled as loop
    except ImportError as error:
        raise ValueError(
            "compiled: expected numba and found none; pip install numba, or leave "
            "compiled out"
        ) from error
    shape = np.broadcast_shapes(np.shape(I), *(np.shape(x) for x in now))
    current = np.array(np.broadcast_to(I, shape), dtype=float).reshape(-1)
    state = np.empty((4, current.size))
    for row, value in zip(state, now, strict=True):
        row[:] = np.broadcast_to(value, shape).reshape(-1)
    out = np.empty((steps // every + 1, 4, current.size))
    constants = (c.C, c.g_Na, c.g_K, c.g_L, c.E_Na, c.E_K, c.E_L)
    loop.run(*state, current, constants, c.phi, dt, steps, every, out)
    fields = out.swapaxes(0, 1).reshape(4, len(out), *shape)
    return Trace(every * dt * np.arange(len(out)), *fields)


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


# ------------------------------------------- one neuron, to the last digit (LSODA)


def _scalar_psi(x: float) -> float:
    return 1 - x / 2 + x * x / 12 if abs(x) < 1e-4 else x / math.expm1(x)


def _field(
    membrane: Membrane, sign: float = 1.0, alpha_h: float = 0.07
) -> Callable[[float, Any, float], list[float]]:
    """``derivative`` for plain floats, 30 times faster: what the integrator calls."""
    C, phi = membrane.C, membrane.phi
    g_Na, g_K, g_L = membrane.g_Na, membrane.g_K, membrane.g_L
    E_Na, E_K, E_L = membrane.E_Na, membrane.E_K, membrane.E_L
    exp = math.exp

    def field(t: float, y: Any, I: float) -> list[float]:
        V, n, m, h = y.tolist()
        u = min(max(V + 65.0, -700.0), 2000.0)  # a trial step must not overflow exp
        a_n, b_n = 0.1 * _scalar_psi((10 - u) / 10), 0.125 * exp(-u / 80)
        a_m, b_m = _scalar_psi((25 - u) / 10), 4 * exp(-u / 18)
        a_h, b_h = alpha_h * exp(-u / 20), 1 / (1 + exp((30 - u) / 10))
        I_ion = (
            g_Na * m * m * m * h * (V - E_Na)
            + g_K * n * n * n * n * (V - E_K)
            + g_L * (V - E_L)
        )
        return [
            (I - sign * I_ion) / C,
            phi * (a_n * (1 - n) - b_n * n),
            phi * (a_m * (1 - m) - b_m * m),
            phi * (a_h * (1 - h) - b_h * h),
        ]

    return field


class Solution(NamedTuple):
    """An accurate run of one neuron: its trace, spike times (ms) and last state."""

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
    field: Callable[..., list[float]] | None = None,
) -> Solution:
    """Integrate one neuron with LSODA, stopping at every edge of the current.

    ``sample_ms=None`` keeps no trace; ``stop_at_spike`` ends the run at the first
    upward crossing of ``level``. ``status`` is a sentence; a run that leaves
    ±500 mV ends there and says so.

    Chapter: hodgkin-huxley.
    """
    drive = current if isinstance(current, Pulses) else Pulses((0.0,), (current,))
    field = _field(membrane) if field is None else field
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
    edges = sorted({0.0, duration_ms, *(e for e in drive.times if e < duration_ms)})
    times, values, spikes, status = [0.0], [y.copy()], [], "reached the end"
    for a, b in itertools.pairwise(edges):
        if a < 0:
            continue
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
) -> Callable[..., list[float]]:
    """The field of the lecture's equations, each of its three mistakes switchable.

    Pass the result to ``solve(..., field=...)``. The slide as printed is
    ``plus_signs=True, no_leak=True, alpha_h=0.7``; the right model is
    ``False, False, 0.07``.

    Source: Borisov, lecture, Hodgkin-Huxley slide. Chapter: hodgkin-huxley.
    """
    if no_leak:
        membrane = replace(membrane, g_L=0.0)
    return _field(membrane, sign=-1.0 if plus_signs else 1.0, alpha_h=alpha_h)


# ---------------------------------------------------------------------- experiments


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


def _smallest(fires: Callable[[float], bool], low: float, high: float) -> float:
    """Bisect the smallest value that fires, to 1e-9 of the bracket."""
    if fires(low) or not fires(high):
        raise ValueError(
            f"bracket: expected no spike at {low:g} and one at {high:g}; "
            "choose another bracket"
        )
    return float(
        optimize.bisect(lambda x: 1.0 if fires(x) else -1.0, low, high, xtol=1e-7)
    )


def _spikes(
    current: float | Pulses,
    duration_ms: float,
    membrane: Membrane,
    state: State | None = None,
) -> bool:
    run = solve(
        current,
        duration_ms,
        membrane=membrane,
        state=state,
        sample_ms=None,
        stop_at_spike=True,
    )
    return len(run.spikes) > 0


def threshold_current(width_ms: float, membrane: Membrane = SQUID) -> float:
    """Smallest rectangular pulse from rest that gives a spike, in µA/cm².

    Source: strength-duration curve. Chapter: hodgkin-huxley.
    """
    if not width_ms > 0:
        raise ValueError(f"width_ms: expected a width > 0, got {width_ms}")
    start = rest(membrane)
    high = 40.0 / width_ms + 20.0
    return _smallest(
        lambda I: _spikes(pulse(I, width_ms), width_ms + 30.0, membrane, start),
        0.0,
        high,
    )


def rheobase(membrane: Membrane = SQUID) -> float:
    """Smallest constant current switched on at rest that gives a spike, in µA/cm².

    Chapter: hodgkin-huxley.
    """
    start = rest(membrane)
    return _smallest(lambda I: _spikes(I, 60.0, membrane, start), 0.0, 20.0)


def displacement_threshold(membrane: Membrane = SQUID) -> float:
    """Smallest instantaneous displacement from rest that gives a spike, in mV.

    Chapter: hodgkin-huxley.
    """
    start = rest(membrane)
    shifted = lambda u: start._replace(V=start.V + u)  # noqa: E731
    return _smallest(lambda u: _spikes(0.0, 30.0, membrane, shifted(u)), 1.0, 20.0)


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
    fires = lambda I: _spikes(  # noqa: E731
        pulse(I, width_ms), width_ms + 30.0, membrane, first.final
    )
    return _smallest(fires, 0.0, 100.0 * single) / single


def anode_break_current(width_ms: float, membrane: Membrane = SQUID) -> float:
    """Smallest |I| of a hyperpolarising pulse whose end gives a spike, in µA/cm².

    Chapter: hodgkin-huxley.
    """
    start = rest(membrane)
    return _smallest(
        lambda I: _spikes(pulse(-I, width_ms), width_ms + 40.0, membrane, start),
        0.0,
        60.0 / width_ms + 5.0,
    )


def firing_rate(
    I: float,
    membrane: Membrane = SQUID,
    state: State | None = None,
    level: float | None = None,
    duration_ms: float = 400.0,
) -> float:
    """Steady firing rate under constant current in Hz, 0 if it stops.

    The rate is that of the last interval; ``level`` defaults to the equilibrium
    potential, so that the small oscillations near depolarisation block count too.

    Chapter: hodgkin-huxley.
    """
    level = equilibrium(I, membrane).V if level is None else level
    run = solve(
        I, duration_ms, membrane=membrane, state=state, level=level, sample_ms=None
    )
    if len(run.spikes) < 3:
        return 0.0
    last, before = np.diff(run.spikes)[-1], np.diff(run.spikes)[-2]
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
    I has shape (n,), ascending; returns an array of shape (n,).

    Chapter: hodgkin-huxley.
    """
    values = np.asarray(I, dtype=float)
    order = range(len(values)) if up else range(len(values) - 1, -1, -1)
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


def eigenvalues(I: float = 0.0, membrane: Membrane = SQUID) -> np.ndarray:
    """Eigenvalues (1/ms) of the equilibrium under constant current, shape (4,).

    Chapter: hodgkin-huxley.
    """
    y = np.array(equilibrium(I, membrane))
    field = _field(membrane)
    J = np.empty((4, 4))
    for k in range(4):
        step = 1e-5 * max(1.0, abs(y[k]))
        e = np.zeros(4)
        e[k] = step
        J[:, k] = np.subtract(field(0, y + e, I), field(0, y - e, I)) / (2 * step)
    return np.linalg.eigvals(J)


def hopf_currents(membrane: Membrane = SQUID) -> tuple[float, float]:
    """Currents at which the equilibrium loses and regains stability, µA/cm².

    Chapter: hodgkin-huxley.
    """

    def growth(I: float) -> float:
        return float(max(eigenvalues(I, membrane).real))

    low = optimize.brentq(growth, 2.0, 40.0, xtol=1e-9)
    high = optimize.brentq(growth, 40.0, 300.0, xtol=1e-9)
    return float(low), float(high)


# ---------------------------------------------------------------------- propagation


@dataclass(frozen=True)
class Axon:
    """A cylinder of membrane: radius in cm, axial resistivity in Ω cm.

    Source: Hodgkin & Huxley 1952, part III. Chapter: hodgkin-huxley.
    """

    membrane: Membrane = Membrane(temperature_C=18.5)
    radius_cm: float = 0.0238
    resistivity: float = 35.4

    @property
    def diffusivity(self) -> float:
        """D = a / 2RC in cm²/ms (the factor 1000 is mV/Ω to µA)."""
        return 1000.0 * self.radius_cm / (2 * self.resistivity * self.membrane.C)


def _wave_field(K: float, membrane: Membrane) -> Callable[[float, Any], list[float]]:
    """A wave of constant velocity: V'' = K (V' + I_ion / C), gates as ever."""
    field = _field(membrane)

    def wave(t: float, y: Any) -> list[float]:
        V, slope, n, m, h = y
        dV, dn, dm, dh = field(t, np.array((V, n, m, h)), 0.0)  # dV = -I_ion / C
        return [slope, K * (slope - dV), dn, dm, dh]

    return wave


def shoot(
    K: float, membrane: Membrane, offset: float = 1e-4
) -> tuple[int, np.ndarray, np.ndarray]:
    """Leave rest along the unstable direction of the wave equation and look where to.

    Returns (+1, t, V) if V runs away upward, (-1, t, V) if downward: the wave that
    comes back to rest lies between.

    Chapter: hodgkin-huxley.
    """
    start = rest(membrane)
    y0 = np.array([start.V, 0.0, start.n, start.m, start.h])
    wave = _wave_field(K, membrane)
    J = np.empty((5, 5))
    for k in range(5):
        step = 1e-6 * max(1.0, abs(y0[k]))
        e = np.zeros(5)
        e[k] = step
        J[:, k] = np.subtract(wave(0, y0 + e), wave(0, y0 - e)) / (2 * step)
    values, vectors = np.linalg.eig(J)
    out = vectors[:, np.argmax(values.real)].real
    y = y0 + offset * out / out[0]

    def escape(t: float, y: Any) -> float:
        return 130.0 - abs(float(y[0]))

    escape.terminal = True  # type: ignore[attr-defined]
    run = integrate.solve_ivp(
        wave, (0.0, 60.0), y, method="LSODA", rtol=1e-10, atol=1e-12, events=escape
    )
    return (1 if run.y[0, -1] > -65.0 else -1), run.t, run.y[0]


def wave_parameter(
    membrane: Membrane | None = None, low: float = 2.0, high: float = 30.0
) -> float:
    """K = 2 R θ² C / a in 1/ms, by shooting: the value between two ways to fail.

    Source: Hodgkin & Huxley 1952, eqs. (30), (31), found there by hand as 10.47.
    Chapter: hodgkin-huxley.
    """
    membrane = Membrane(temperature_C=18.5) if membrane is None else membrane
    return float(optimize.bisect(lambda K: shoot(K, membrane)[0], low, high, xtol=1e-8))


def conduction_velocity(axon: Axon | None = None) -> float:
    """θ = √(K D) in m/s, from the shooting value of K.

    Source: Hodgkin & Huxley 1952, eq. (31). Chapter: hodgkin-huxley.
    """
    axon = Axon() if axon is None else axon
    return 10.0 * math.sqrt(wave_parameter(axon.membrane) * axon.diffusivity)


class Propagation(NamedTuple):
    """A run of the cable: velocity in m/s (NaN if nothing passed), x, t and V(t, x)."""

    velocity: float
    x: np.ndarray
    t: np.ndarray
    V: np.ndarray


def cable(
    axon: Axon | None = None,
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

    C ∂V/∂t = C D ∂²V/∂x² - I_ion, sealed ends, a strong 0.2 ms pulse on the first
    2 mm. Each step solves one tridiagonal system (Crank-Nicolson in V), so dt is
    not bound by dx²/2D. Second order in dx and dt. The velocity is measured between
    the two places of ``between_cm``.

    Source: Hodgkin & Huxley 1952, eq. (29); Hines 1984. Chapter: hodgkin-huxley.
    """
    axon = Axon() if axon is None else axon
    c = axon.membrane
    if not 0 < dx_cm < length_cm / 10 or not dt_ms > 0:
        raise ValueError(
            f"dx_cm, dt_ms: expected 0 < dx_cm < length_cm / 10 and dt_ms > 0, "
            f"got {dx_cm}, {dt_ms} for {length_cm} cm"
        )
    nodes = round(length_cm / dx_cm) + 1
    x = dx_cm * np.arange(nodes)
    start = rest(c)
    s = State(*(np.full(nodes, value) for value in start))
    s = State(s.V, *_gates_after(s, s.V, -dt_ms / 2, c, _relax_exponential))
    coupling = axon.diffusivity * c.C / dx_cm**2
    # Second difference with mirror nodes at the sealed ends.
    upper, lower = np.full(nodes - 1, coupling), np.full(nodes - 1, coupling)
    upper[0] = lower[-1] = 2 * coupling
    stimulus = np.where(x <= 0.2, 1500.0, 0.0)
    probes = [round(place / dx_cm) for place in between_cm]
    arrived = [math.nan, math.nan]
    kept, times = [s.V], [0.0]
    for k in range(round(duration_ms / dt_ms)):
        gates = _gates_after(s, s.V, dt_ms, c, _relax_exponential)
        n, m, h = gates
        g_Na, g_K = c.g_Na * m**3 * h, c.g_K * n**4
        G = g_Na + g_K + c.g_L
        drive = g_Na * c.E_Na + g_K * c.E_K + c.g_L * c.E_L
        if (k + 0.5) * dt_ms < 0.2:
            drive = drive + stimulus
        # V at the half step: (2C/dt + G + 2κ) V½ - κ (V½₋ + V½₊) = 2C/dt V + drive
        diagonal = 2 * c.C / dt_ms + G + 2 * coupling
        right = 2 * c.C / dt_ms * s.V + drive
        half = lapack.dgtsv(-lower, diagonal, -upper, right)[3]
        V = 2 * half - s.V
        for i, probe in enumerate(probes):
            if math.isnan(arrived[i]) and s.V[probe] < level <= V[probe]:
                part = (level - s.V[probe]) / (V[probe] - s.V[probe])
                arrived[i] = (k + part) * dt_ms
        s = State(V, *gates)
        if (k + 1) % record_every == 0:
            kept.append(V)
            times.append((k + 1) * dt_ms)
    distance = (probes[1] - probes[0]) * dx_cm
    velocity = 10.0 * distance / (arrived[1] - arrived[0])
    return Propagation(velocity, x, np.array(times), np.array(kept))
