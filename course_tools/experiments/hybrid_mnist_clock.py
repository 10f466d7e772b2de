"""What an epoch of each method costs in the library's own code, all images.

The runs of the experiment use a program made for one network (`hybrid_mnist_kernel`).
Claims about seconds compare methods, so they need one implementation for all.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.losses import SquaredError
from course_lib.networks.sequential import Sequential
from course_lib.networks.small_cnns import mnist_network
from course_lib.objectives import NetworkObjective
from course_lib.optim import Adam, LevenbergMarquardt
from course_lib.optim.adam import AdamState
from course_lib.optim.hybrid import first_dense
from course_lib.optim.levenberg_marquardt import LMState
from course_tools.experiments.hybrid_mnist_runs import Row, Summed, adam_state

LOSS = SquaredError("sum")
RATE = 0.01


def seconds(job: Row, settings: Row, images: np.ndarray, labels: np.ndarray) -> Row:
    """CPU seconds per epoch by method, from the job's start on, after one Adam step."""
    net = mnist_network(job["padding"])
    t, size = np.eye(10)[labels], settings["chunk"]
    objective = Chunked(net, images.astype(np.float32) / 255, t, size)
    start = net.init(np.random.default_rng(job["seed"]))
    start, _ = epoch("Adam", objective, start, {}, 0)
    out: Row = {}
    for method, epochs in settings["clocked"].items():
        theta, begin = start, time.process_time()
        state: Row = {}
        for k in range(epochs):
            theta, state = epoch(method, objective, theta, state, k)
        out[method] = round((time.process_time() - begin) / epochs, 4)
    return {"seconds": out}


@dataclass(frozen=True)
class Chunked:
    """A network's objective, evaluated chunk by chunk."""

    network: Sequential
    x: Any
    t: Any
    size: int

    def parts(self) -> Iterator[NetworkObjective]:
        """The chunks, in double precision."""
        for k in range(0, len(self.x), self.size):
            x = self.x[k : k + self.size].astype(float)
            yield NetworkObjective(self.network, x, self.t[k : k + self.size], LOSS)

    def value(self, theta: Any) -> float:
        """½ Σ r²."""
        return sum(float(part.value(theta)) for part in self.parts())

    def value_and_gradient(self, theta: Any) -> tuple[float, Any]:
        """Both, summed."""
        found = [part.value_and_gradient(theta) for part in self.parts()]
        return sum(float(E) for E, _ in found), sum(g for _, g in found)

    def linearize(self, theta: Any) -> Summed:
        """Jᵀ J and Jᵀ u, summed."""
        A, g, E = 0.0, 0.0, 0.0
        for part in self.parts():
            lin = part.linearize(theta)
            A, g, E = A + lin.normal(), g + lin.vjp(lin.r), E + float(lin.value)
        return Summed(A, g, E)


def epoch(
    method: str, objective: Chunked, theta: Any, state: Row, number: int
) -> tuple[Any, Row]:
    """(θ, state) after one epoch."""
    if method == "Levenberg-Marquardt":
        lm = LevenbergMarquardt(solve="primal")
        at = LMState(float(state.get("lam", lm.damping)))
        theta, at, _ = lm.step(theta, objective, at)
        return theta, {"lam": at.lam}
    if method == "hybrid":
        return _hybrid_epoch(objective, theta, state)
    adam: AdamState = adam_state(state, theta)
    if method == "Adam":
        _, g = objective.value_and_gradient(theta)
        theta, adam = Adam(RATE).update(theta, g, adam)
        return theta, adam._asdict()
    order = np.random.default_rng(number).permutation(len(objective.x))
    for k in range(0, len(order), 64):
        part = order[k : k + 64]
        x, t = objective.x[part].astype(float), objective.t[part]
        here = NetworkObjective(objective.network, x, t, LOSS)
        g = here.value_and_gradient(theta)[1]
        theta, adam = Adam(RATE).update(theta, g, adam)
    return theta, adam._asdict()


def _hybrid_epoch(objective: Chunked, theta: Any, state: Row) -> tuple[Any, Row]:
    """`Hybrid.step`, simultaneous, with the trunk in chunks."""
    trunk, head = objective.network.split(first_dense(objective.network))
    a, b = theta[: trunk.size], theta[trunk.size :]
    starts = range(0, len(objective.x), objective.size)
    chunks = [objective.x[k : k + objective.size].astype(float) for k in starts]
    Z = np.concatenate([trunk.predict(a, x) for x in chunks])
    y, cache = head.forward(b, Z)
    grad_Z = head.backward(b, cache, LOSS.gradient(y, objective.t))[0]
    lm = LevenbergMarquardt(solve="primal")
    on_Z = NetworkObjective(head, Z, objective.t, LOSS)
    b, at, _ = lm.step(b, on_Z, LMState(float(state.get("lam", lm.damping))))
    g = 0.0
    for k, x in zip(starts, chunks, strict=True):
        _, tape = trunk.forward(a, x)
        g = g + trunk.backward(a, tape, grad_Z[k : k + objective.size])[1]
    a, adam = Adam(RATE).update(a, g, adam_state(state, a))
    return np.concatenate([a, b]), {"lam": at.lam, **adam._asdict()}
