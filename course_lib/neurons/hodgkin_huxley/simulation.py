"""Many neurons at once, with a fixed step and a scheme named for what it is.

`simulate` checks what it is given and chooses one of three loops: any of the
``SCHEMES`` on arrays, or, for the default scheme, the same arithmetic in plain floats
(one neuron) or compiled (many).

Chapter: hodgkin-huxley.
"""

import math
from typing import Any

import numpy as np

from course_lib.arrays import namespace
from course_lib.neurons.hodgkin_huxley._scalar import scalar_psi
from course_lib.neurons.hodgkin_huxley.equations import SQUID, Membrane, State, rest
from course_lib.neurons.hodgkin_huxley.runs import Trace
from course_lib.neurons.hodgkin_huxley.schemes import (
    SCHEMES,
    Current,
    Scheme,
    advance_gates,
    relax_crank_nicolson,
    relax_exponential,
)

__all__ = ["simulate"]

Array = Any  # a NumPy or torch array, or a number


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
    membrane : Membrane
        Conductances, batteries, temperature; the squid's if left out.
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
        For an unknown scheme, a step that is not positive, a duration below it, a
        state without four fields, or a run that cannot be compiled.

    Explicit schemes may blow up: the trace then holds inf or NaN, as they do.

    Chapter: hodgkin-huxley.
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
    start = rest(membrane) if state is None else state
    if len(start) != 4:
        raise ValueError(f"state: expected four fields V, n, m, h, got {start!r}")
    # Broadcasting by addition gives each field the shape, dtype and device of I.
    zero = first * 0.0
    now = State(*(x + zero for x in start))
    run = membrane, dt_ms, round(duration_ms / dt_ms), record_every
    if compiled:
        if scheme != "staggered":
            raise ValueError(
                f"compiled: expected scheme='staggered', the only compiled one, got "
                f"{scheme!r}; leave compiled out"
            )
        return _run_compiled(current, now, *run)
    one = isinstance(current, int | float) and all(np.ndim(x) == 0 for x in now)
    if one and scheme == "staggered":
        return _run_one(current, now, *run)
    return _run_arrays(I, now, SCHEMES[scheme], *run)


def _run_arrays(
    I: Current,
    start: State,
    scheme: Scheme,
    c: Membrane,
    dt: float,
    steps: int,
    every: int,
) -> Trace:
    """Any scheme, any number of neurons, NumPy or torch."""
    kept, now = [start], start
    with np.errstate(over="ignore", invalid="ignore"):
        if scheme.staggered:  # bring the gates half a step back
            now = advance_gates(now, -dt / 2, c, relax_exponential)
        for k in range(1, steps + 1):
            now = scheme.step(now, I, (k - 1) * dt, dt, c)
            if k % every == 0:
                on_time = now
                if scheme.staggered:  # and those recorded, half a step on to their V
                    on_time = advance_gates(now, dt / 2, c, relax_crank_nicolson)
                kept.append(on_time)
    t = every * dt * np.arange(len(kept))
    if not hasattr(start.V, "shape"):
        return Trace(t, *(np.array([s[i] for s in kept], float) for i in range(4)))
    xp = namespace(start.V)
    return Trace(
        xp.asarray(t, dtype=start.V.dtype),
        *(xp.stack([s[i] for s in kept]) for i in range(4)),
    )


def _run_one(
    I: float, start: State, c: Membrane, dt: float, steps: int, every: int
) -> Trace:
    """The staggered scheme for one neuron in plain floats: 20 times NumPy's speed."""
    kept = [tuple(map(float, start))]
    V, n, m, h = map(float, advance_gates(start, -dt / 2, c, relax_exponential))
    f, g, exp = 0.5 * dt * c.phi, 0.5 * dt / c.C, math.exp
    g_Na, g_K, g_L = c.g_Na, c.g_K, c.g_L
    batteries = g_L * c.E_L + I

    for step in range(1, steps + 1):
        u = V + 65.0
        a_n, b_n = 0.1 * scalar_psi((10 - u) / 10), 0.125 * exp(-u / 80)
        a_m, b_m = scalar_psi((25 - u) / 10), 4 * exp(-u / 18)
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
    fields[1:] = np.transpose(advance_gates(late, dt / 2, c, relax_crank_nicolson))
    return Trace(every * dt * np.arange(len(kept)), *fields.T.copy())


def _run_compiled(
    I: Any, start: State, c: Membrane, dt: float, steps: int, every: int
) -> Trace:
    """The staggered scheme in numba's loop, which `_compiled` has."""
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
        from course_lib.neurons.hodgkin_huxley import _compiled
    except ImportError as error:
        raise ValueError(
            "compiled: expected numba and found none; pip install numba, or leave "
            "compiled out"
        ) from error
    shape = np.broadcast_shapes(np.shape(I), *(np.shape(x) for x in start))
    current = np.array(np.broadcast_to(I, shape), dtype=float).reshape(-1)
    state = np.empty((4, current.size))
    for row, value in zip(state, start, strict=True):
        row[:] = np.broadcast_to(value, shape).reshape(-1)
    out = np.empty((steps // every + 1, 4, current.size))
    constants = (c.C, c.g_Na, c.g_K, c.g_L, c.E_Na, c.E_K, c.E_L)
    _compiled.run(*state, current, constants, c.phi, dt, steps, every, out)
    fields = out.swapaxes(0, 1).reshape(4, len(out), *shape)
    return Trace(every * dt * np.arange(len(out)), *fields)
