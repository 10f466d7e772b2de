"""Seven ways to make one step of fixed length, each with its order.

Three are explicit and may blow up. The other four use that each of the equations
(1), (2) is linear in its own variable, x' = rate (target - x), and let it relax.

Chapter: hodgkin-huxley.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from course_lib.arrays import namespace
from course_lib.neurons.hodgkin_huxley.equations import (
    Membrane,
    State,
    derivative,
    rates,
)

__all__ = ["SCHEMES", "Scheme"]

Array = Any  # a NumPy or torch array, or a number
Current = Callable[[float], Array]  # t in ms -> µA/cm²
Relax = Callable[[Array, Array, Array, float], Array]  # x, target, rate, dt -> x


def _add(state: State, slope: State, dt: float) -> State:
    """Every field a step along its slope."""
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


def relax_exponential(x: Array, target: Array, rate: Array, dt: float) -> Array:
    """x after dt of dx/dt = rate (target - x), exact for constant rate."""
    xp = namespace(rate)
    return target + (x - target) * xp.exp(-dt * rate)


def relax_crank_nicolson(x: Array, target: Array, rate: Array, dt: float) -> Array:
    """The same by the trapezoidal rule: order 2, no exponential."""
    half = 0.5 * dt * rate
    return (x * (1 - half) + 2 * half * target) / (1 + half)


def _relax_implicit(x: Array, target: Array, rate: Array, dt: float) -> Array:
    """The same with the rate of change at the end of the step: order 1."""
    return (x + dt * rate * target) / (1 + dt * rate)


def advance_gates(s: State, dt: float, c: Membrane, relax: Relax) -> State:
    """n, m, h after dt with V held: each relaxes to x∞ at rate φ(α + β)."""
    a_n, b_n, a_m, b_m, a_h, b_h = rates(s.V)
    k_n, k_m, k_h = a_n + b_n, a_m + b_m, a_h + b_h
    phi = c.phi
    return State(
        s.V,
        relax(s.n, a_n / k_n, phi * k_n, dt),
        relax(s.m, a_m / k_m, phi * k_m, dt),
        relax(s.h, a_h / k_h, phi * k_h, dt),
    )


def _advance_potential(
    s: State, I: Array, dt: float, c: Membrane, relax: Relax
) -> State:
    """V after dt with the gates held: it relaxes to the mean of the batteries."""
    V, n, m, h = s
    n2 = n * n
    g_Na, g_K = c.g_Na * m * m * m * h, c.g_K * n2 * n2
    G = g_Na + g_K + c.g_L
    target = (g_Na * c.E_Na + g_K * c.E_K + c.g_L * c.E_L + I) / G
    return State(relax(V, target, G / c.C, dt), n, m, h)


def _exponential_euler(s: State, I: Current, t: float, dt: float, c: Membrane) -> State:
    """Order 1, stable: V and gates each solved exactly, all from the old state."""
    V = _advance_potential(s, I(t), dt, c, relax_exponential).V
    return advance_gates(s, dt, c, relax_exponential)._replace(V=V)


def _sequential(s: State, I: Current, t: float, dt: float, c: Membrane) -> State:
    """Order 1, stable: gates exactly, then V implicitly with the new gates."""
    s = advance_gates(s, dt, c, relax_exponential)
    return _advance_potential(s, I(t + dt), dt, c, _relax_implicit)


def _staggered_exponential(
    s: State, I: Current, t: float, dt: float, c: Membrane
) -> State:
    """Order 2, stable: gates live half a step before V, each solved exactly."""
    s = advance_gates(s, dt, c, relax_exponential)
    return _advance_potential(s, I(t + dt / 2), dt, c, relax_exponential)


def _staggered(s: State, I: Current, t: float, dt: float, c: Membrane) -> State:
    """Order 2, stable, cheapest: gates live half a step before V, trapezoidal rule."""
    s = advance_gates(s, dt, c, relax_crank_nicolson)
    return _advance_potential(s, I(t + dt / 2), dt, c, relax_crank_nicolson)


class Scheme(NamedTuple):
    """``step(state, current, t, dt, membrane)``, its order, and where its gates live.

    ``staggered``: the gates belong to a time half a step before that of V.
    """

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
