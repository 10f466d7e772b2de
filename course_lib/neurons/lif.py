"""Leaky integrate-and-fire: a membrane that leaks, and a spike that is only a date.

    τ dV/dt = −V + R I,    V ≥ θ: a spike, V ← reset for the refractory time   (1)

V is measured from rest in mV, times in ms, currents in nA, R in MΩ. For a constant
current everything is known in closed form::

    V(t + h) = R I + (V(t) − R I) exp(−h/τ)            exact for any h      (2)
    T = t_ref + τ ln((R I − reset) / (R I − θ))        period               (3)

so a simulation need not approximate: between the moments where the current changes,
(2) is used as it stands, and a crossing inside a step is dated by its inverse.

A network adds connections j → i with a weight (a jump of V_i in mV) and a delay::

    V_i ← V_i + w_ij  at  t_j + d_ij                                        (4)

Time is then a grid, a delay a whole number of steps; what is under way waits in a ring
of max d + 1 slots. A step is: decay, threshold, arrivals, reset, departures. A jump can
hence fire its target in the next step, and a cell that is refractory ignores jumps.

Source: Borisov 2024, slide on spiking networks ("delay and weight"); Lapicque 1907;
Rotter and Diesmann 1999. Chapter: spikes. Differs from it in: the slide has no
equation.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from course_lib.arrays import namespace

__all__ = ["LIF", "Spikes", "SpikingNetwork", "Trace", "random_network"]

Array = Any


class Trace(NamedTuple):
    """V after every step (steps, N), and the dates and numbers of the spikes."""

    V: np.ndarray
    times_ms: np.ndarray
    neurons: np.ndarray


@dataclass(frozen=True)
class LIF:
    """The neuron of equation (1).

    Source: Lapicque 1907. Chapter: spikes. Differs from it in: a refractory time.
    """

    tau_ms: float = 10.0
    resistance: float = 10.0
    threshold_mV: float = 15.0
    reset_mV: float = 0.0
    refractory_ms: float = 2.0

    def __post_init__(self) -> None:
        for name in ("tau_ms", "resistance"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: expected > 0; got {getattr(self, name)}")
        if not self.reset_mV < self.threshold_mV:
            raise ValueError(
                f"reset_mV: expected below threshold_mV = {self.threshold_mV}; got "
                f"{self.reset_mV}"
            )
        if not self.refractory_ms >= 0:
            raise ValueError(f"refractory_ms: expected >= 0; got {self.refractory_ms}")

    def period_ms(self, current: Array) -> Array:
        """Equation (3) for a constant current (nA), ∞ where R I ≤ θ; float arrays.

        Source: derived from (1). Chapter: spikes.
        """
        current = current if hasattr(current, "shape") else np.asarray(current, float)
        xp, drive = namespace(current), self.resistance * current
        fires = ~(drive <= self.threshold_mV)  # NaN stays NaN
        safe = xp.where(fires, drive, xp.full_like(drive, self.threshold_mV + 1.0))
        ratio = (safe - self.reset_mV) / (safe - self.threshold_mV)
        period = self.refractory_ms + self.tau_ms * xp.log(ratio)
        return xp.where(fires, period, xp.full_like(period, math.inf))

    def rate_Hz(self, current: Array) -> Array:
        """1000 / period: the f-I curve, 0 where R I ≤ θ."""
        return 1000 / self.period_ms(current)

    def decay(self, V: Array, current: Array, h_ms: Array) -> Array:
        """Equation (2): V after h_ms without a spike, exact for any h_ms."""
        drive = self.resistance * current
        # exp(−h/τ) − 1 in one piece: small steps keep their digits
        return V + (V - drive) * namespace(V).expm1(-h_ms / self.tau_ms)

    def simulate(self, currents: Any, dt_ms: float, V: Any = 0.0) -> Trace:
        """N neurons under currents (steps, N) that change only between steps.

        Spikes are dated exactly, whatever the step, as long as no neuron fires twice
        in one: dt_ms must not exceed the refractory time, or 1 ms if that is 0.

        Source: equation (2). Chapter: spikes. Differs from it in: nothing.
        """
        currents = np.asarray(currents, float)
        longest = self.refractory_ms or 1.0
        if currents.ndim != 2 or not np.isfinite(currents).all():
            raise ValueError(
                f"currents: expected finite nA, shape (steps, N); got {currents.shape}"
            )
        if not 0 < dt_ms <= longest:
            raise ValueError(f"dt_ms: expected 0 < dt_ms <= {longest}; got {dt_ms}")
        steps, N = currents.shape
        V = _per_neuron("V", V, N)
        if not (self.threshold_mV > V).all():
            raise ValueError(
                f"V: expected to start below threshold_mV = {self.threshold_mV}; got "
                f"{V.max()}"
            )
        wait = np.zeros(N)  # of the refractory time, what is left at the step's start
        path, times, neurons = np.empty((steps, N)), [], []
        for k, current in enumerate(currents):
            active = np.clip(dt_ms - wait, 0, dt_ms)
            before, V = V, self.decay(V, current, active)
            wait = np.maximum(wait - dt_ms, 0)
            fired = np.flatnonzero(V >= self.threshold_mV)
            if len(fired):
                drive = self.resistance * current[fired]
                gap = (drive - before[fired]) / (drive - self.threshold_mV)
                crossing = dt_ms - active[fired] + self.tau_ms * np.log(gap)
                left = self.refractory_ms - (dt_ms - crossing)  # in the next steps
                V[fired] = self.decay(
                    np.full(len(fired), self.reset_mV),
                    current[fired],
                    np.maximum(-left, 0),
                )
                if (self.threshold_mV <= V[fired]).any():
                    raise ValueError(
                        f"dt_ms: expected a step shorter than the period; in one of "
                        f"{dt_ms} a neuron fires twice"
                    )
                wait[fired] = np.maximum(left, 0)
                times.append(k * dt_ms + crossing)
                neurons.append(fired)
            path[k] = V
        return Trace(path, _joined(times, float), _joined(neurons, int))


class Spikes(NamedTuple):
    """All spikes of a run, in order: step numbers and neuron numbers; V at its end."""

    steps: np.ndarray
    neurons: np.ndarray
    V: np.ndarray


@dataclass(frozen=True)
class SpikingNetwork:
    """N neurons with connections source → target of equation (4).

    Parameters
    ----------
    neuron : LIF
    N : int
    sources, targets : int arrays of shape (S,)
    weights_mV : float array of shape (S,)
        Jump of the target's V.
    delays : int array of shape (S,)
        Steps from the spike to the jump, at least 1.
    dt_ms : float

    Source: Borisov 2024, slide on spiking networks. Chapter: spikes. Differs from it
    in: the slide has no equation.
    """

    neuron: LIF
    N: int
    sources: Any
    targets: Any
    weights_mV: Any
    delays: Any
    dt_ms: float = 0.1

    def __post_init__(self) -> None:
        columns = {
            "sources": _whole("sources", self.sources),
            "targets": _whole("targets", self.targets),
            "weights_mV": np.asarray(self.weights_mV, float),
            "delays": _whole("delays", self.delays),
        }
        if not 0 < self.dt_ms < math.inf:
            raise ValueError(f"dt_ms: expected > 0; got {self.dt_ms}")
        if not np.isfinite(columns["weights_mV"]).all():
            raise ValueError("weights_mV: expected finite jumps; got some that are not")
        S = len(columns["sources"])
        for name, column in columns.items():
            if column.shape != (S,):
                raise ValueError(
                    f"{name}: expected one entry per connection, ({S},); got "
                    f"{column.shape}"
                )
        for name in ("sources", "targets"):
            if S and not (0 <= columns[name].min() and columns[name].max() < self.N):
                raise ValueError(f"{name}: expected neurons 0 to {self.N - 1}")
        if S and columns["delays"].min() < 1:
            raise ValueError("delays: expected at least 1 step; an effect has a cause")
        order = np.argsort(columns["sources"], kind="stable")
        for name, column in columns.items():
            object.__setattr__(self, name, column[order])
        first = np.searchsorted(columns["sources"][order], np.arange(self.N + 1))
        object.__setattr__(self, "_first", first)

    def run(
        self,
        steps: int,
        current: Any = 0.0,
        jumps_mV: Callable[[int], Any] | None = None,
        V: Any = 0.0,
    ) -> Spikes:
        """Simulate ``steps`` steps from V (N,) or one number.

        ``current`` (N,) in nA is constant; ``jumps_mV``, called with the step's number,
        gives jumps (N,) from outside, which arrive like a spike's.
        """
        N, neuron = self.N, self.neuron
        length = int(self.delays.max(initial=1)) + 1
        ring = np.zeros((length, N))  # ring[k % length]: what arrives at step k
        flat = ring.reshape(-1)
        V = _per_neuron("V", V, N)
        keep = math.exp(-self.dt_ms / neuron.tau_ms)
        gain = neuron.resistance * _per_neuron("current", current, N) * (1 - keep)
        rest = round(neuron.refractory_ms / self.dt_ms)
        awake = np.zeros(N, np.int64)  # the first step at which it listens again
        found_steps, found = [], []
        for k in range(steps):
            listens = awake <= k
            V = np.where(listens, keep * V + gain, V)
            fired = np.flatnonzero((neuron.threshold_mV <= V) & listens)
            arrived = ring[k % length]
            if jumps_mV is not None:
                arrived += jumps_mV(k)
            V += arrived * listens
            arrived[:] = 0
            if len(fired):
                V[fired] = neuron.reset_mV
                awake[fired] = k + rest
                s = self._outgoing(fired)
                slot = (k + self.delays[s]) % length
                np.add.at(flat, slot * N + self.targets[s], self.weights_mV[s])
                found_steps.append(np.full(len(fired), k))
                found.append(fired)
        return Spikes(_joined(found_steps, int), _joined(found, int), V)

    def _outgoing(self, fired: np.ndarray) -> np.ndarray:
        """Numbers of all connections that leave the given neurons."""
        start = self._first[fired]
        count = self._first[fired + 1] - start
        ends = np.cumsum(count)
        return np.arange(ends[-1]) + np.repeat(start - ends + count, count)


def random_network(
    neuron: LIF,
    excitatory: int,
    inhibitory: int,
    connections: int,
    weight_mV: float,
    inhibition: float,
    delay_ms: tuple[float, float],
    rng: Any,
    dt_ms: float = 0.1,
) -> SpikingNetwork:
    """Every neuron listens to ``connections`` random ones (also twice to the same).

    Sources 0 .. excitatory − 1 have weight ``weight_mV``, the rest −``inhibition``
    times that; delays are uniform between the two given.

    Source: after Brunel 2000. Chapter: spikes. Differs from it in: excitatory and
    inhibitory sources in proportion to their numbers only on average.
    """
    N = excitatory + inhibitory
    sources = rng.integers(0, N, N * connections)
    targets = np.repeat(np.arange(N), connections)
    weights = np.where(sources < excitatory, weight_mV, -inhibition * weight_mV)
    delays = rng.uniform(*delay_ms, len(sources)) / dt_ms
    delays = np.maximum(np.rint(delays), 1).astype(np.int64)
    return SpikingNetwork(neuron, N, sources, targets, weights, delays, dt_ms)


def _per_neuron(name: str, values: Any, N: int) -> np.ndarray:
    """A number, or one per neuron, as a fresh array (N,)."""
    values = np.asarray(values, float)
    if values.shape not in ((), (1,), (N,)):
        raise ValueError(
            f"{name}: expected a number or one per neuron, ({N},); got {values.shape}"
        )
    if not np.isfinite(values).all():
        raise ValueError(f"{name}: expected finite numbers; got some that are not")
    return np.broadcast_to(values, (N,)).copy()


def _whole(name: str, values: Any) -> np.ndarray:
    """Whole numbers as int64; a delay of 1.5 is no number of steps."""
    given = np.asarray(values)
    whole = given.astype(np.int64)
    if not np.array_equal(whole, given):
        raise ValueError(f"{name}: expected whole numbers; got {given[whole != given]}")
    return whole


def _joined(parts: list, dtype: type) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(0, dtype)
