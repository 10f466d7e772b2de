"""Epochs of every method on MNIST, by the compiled passes of `hybrid_mnist_kernel`.

Every method is the library's; only what it asks of the network is computed here, and a
test says that an epoch is the same as with `course_lib`'s network.
"""

import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from course_lib.networks.small_cnns import mnist_network
from course_lib.optim import Adam, LevenbergMarquardt
from course_lib.optim.adam import AdamState
from course_lib.optim.hybrid import decibels, on_prior_plateau, prior_level
from course_lib.optim.levenberg_marquardt import LMState
from course_tools.experiments import hybrid_mnist_kernel as kernel
from course_tools.experiments.hybrid_mnist_kernel import Images
from course_tools.experiments.hybrid_mnist_normal import head_normal, normal

Row = dict[str, Any]
EVERY = 60.0  # CPU seconds between two checkpoints


def train(
    job: Row, settings: Row, data: Images, unseen: Images, checkpoint: Any
) -> Row:
    """One run; a checkpoint every minute."""
    method, epochs = job["method"], settings["epochs"][job["method"]]
    data, unseen = (replace(d, padding=job["padding"]) for d in (data, unseen))
    begin = last = time.process_time()
    saved = checkpoint.load()
    start = mnist_network(job["padding"]).init(np.random.default_rng(job["seed"]))
    theta = saved.pop("theta", start)
    curve = saved.pop("curve", np.zeros((0, 2))).tolist()
    spent = float(saved.pop("seconds", 0.0))
    state = {k: v if v.ndim else v.item() for k, v in saved.items()}
    for number in range(len(curve), epochs):
        rng = np.random.default_rng([job["seed"], number])
        theta, state, found = epoch(method, job["rate"], data, theta, state, rng)
        curve.append(found)
        now = time.process_time()
        if now - last > EVERY:
            seconds, last = spent + now - begin, now
            checkpoint.save(theta=theta, curve=curve, seconds=seconds, **state)
    curve.append(kernel.measure(theta, data))
    E, right = np.array(curve).T
    db = decibels(E, E[0])
    prior = prior_level(np.eye(10)[data.labels], 2 * E[0])
    below, enough = np.flatnonzero(db <= -8), np.flatnonzero(right >= 0.95)
    keep = np.unique(np.geomspace(1, len(db), 100).astype(int)) - 1
    return {
        "final": round(float(db[-1]), 3),
        "right": round(float(right[-1]), 4),
        "test_right": round(kernel.measure(theta, unseen)[1], 4),
        "right_at_8": round(float(right[below[0]]), 4) if len(below) else None,
        "db_at_95": round(float(db[enough[0]]), 3) if len(enough) else None,
        "prior": round(prior, 3),
        "plateau": on_prior_plateau(db, prior),
        "moved": round(float(np.abs(theta - start)[: kernel.TRUNK].max()), 4),
        "seconds": round(spent + time.process_time() - begin, 1),
        "epochs": keep.tolist(),
        "curve": [round(float(d), 2) for d in db[keep]],
    }


def epoch(
    method: str, rate: float, data: Images, theta: Any, state: Row, rng: Any
) -> tuple[Any, Row, tuple[float, float]]:
    """(θ, state, what was found before): the last is ½ Σ r² and the share right."""
    if method == "Levenberg-Marquardt":
        return _whole_epoch(data, theta, state)
    if method == "Adam":
        E, right, g = kernel.value_and_gradient(theta, data)
        theta, adam = Adam(rate).update(theta, g, adam_state(state, theta))
        return theta, adam._asdict(), (E, right)
    if method == "Adam, batches of 64":
        found, adam = kernel.measure(theta, data), adam_state(state, theta)
        order = rng.permutation(len(data))
        for k in range(0, len(order), 64):
            g = kernel.value_and_gradient(theta, data, order[k : k + 64])[2]
            theta, adam = Adam(rate).update(theta, g, adam)
        return theta, adam._asdict(), found
    batches = 10 if "mean of 10" in method else 1
    return _hybrid_epoch(rate, batches, data, theta, state, rng)


def adam_state(state: Row, theta: Any) -> AdamState:
    """From the dictionary of a run; m = v = 0 at its start."""
    if "m" not in state:
        return Adam().init(theta)
    return AdamState(*(state[name] for name in AdamState._fields))


@dataclass(frozen=True)
class Summed:
    """Jᵀ J and Jᵀ u added over images: a linearization without rows."""

    A: Any
    g: Any
    value: float
    r: Any = None

    def vjp(self, u: Any) -> Any:
        """Jᵀ r; no other product is asked for."""
        return self.g

    def normal(self) -> Any:
        """Jᵀ J."""
        return self.A


@dataclass
class _Head:
    """The head on fixed features, for `LevenbergMarquardt.step`."""

    Z: Any
    labels: Any
    found: Row = field(default_factory=dict)

    def value(self, b: Any) -> float:
        return float(kernel.head_value(b, self.Z, self.labels))

    def linearize(self, b: Any) -> Summed:
        """It also leaves ∂E/∂Z, E and the share read right in ``found``."""
        E, right, g, grad_Z, Y = kernel.head_pass(b, self.Z, self.labels)
        self.found = {"grad_Z": grad_Z, "measured": (E, right / len(self.labels))}
        return Summed(head_normal(b, self.Z, Y), g, E)


@dataclass
class _Whole:
    """All of the network, for `LevenbergMarquardt.step`."""

    data: Images
    found: Row = field(default_factory=dict)

    def value(self, theta: Any) -> float:
        return kernel.measure(theta, self.data)[0]

    def linearize(self, theta: Any) -> Summed:
        E, right, g = kernel.value_and_gradient(theta, self.data)
        self.found = {"measured": (E, right)}
        return Summed(normal(theta, self.data), g, E)


def _whole_epoch(data: Images, theta: Any, state: Row) -> tuple[Any, Row, Any]:
    lm, objective = LevenbergMarquardt(solve="primal"), _Whole(data)
    at = LMState(float(state.get("lam", lm.damping)))
    theta, at, _ = lm.step(theta, objective, at)
    return theta, {"lam": at.lam}, objective.found["measured"]


def _hybrid_epoch(
    rate: float, batches: int, data: Images, theta: Any, state: Row, rng: Any
) -> tuple[Any, Row, Any]:
    """`Hybrid.step`, simultaneous; with ``batches``, `mean_step`."""
    a, b = theta[: kernel.TRUNK], theta[kernel.TRUNK :]
    head = _Head(kernel.trunk_forward(a, data), data.labels)
    lm = LevenbergMarquardt(solve="primal")
    lam = float(state.get("lam", lm.damping))
    if batches == 1:
        b, at, _ = lm.step(b, head, LMState(lam))
        lam, found = at.lam, head.found
    else:
        b, lam, found = _mean_head_step(lm, b, head, lam, batches, rng)
    if rate == 0:  # a frozen trunk
        return np.concatenate([a, b]), {"lam": lam}, found["measured"]
    g = kernel.trunk_backward(a, data, found["grad_Z"]) / batches
    a, adam = Adam(rate).update(a, g, adam_state(state, a))
    return np.concatenate([a, b]), {"lam": lam, **adam._asdict()}, found["measured"]


def _mean_head_step(
    lm: LevenbergMarquardt, b: Any, head: _Head, lam: float, batches: int, rng: Any
) -> tuple[Any, float, Row]:
    """The head's half of `mean_step`."""
    systems, grad_Z = [], np.empty_like(head.Z)
    E, right = 0.0, 0.0
    for part in np.array_split(rng.permutation(len(head.Z)), batches):
        here = _Head(head.Z[part], head.labels[part])
        systems.append(lm.system(here.linearize(b), b))
        grad_Z[part] = here.found["grad_Z"]
        E += here.found["measured"][0]
        right += here.found["measured"][1] * len(part) / len(head.Z)
    found = {"grad_Z": grad_Z, "measured": (E, right)}
    for _ in range(lm.attempts):
        steps = [system.step(lam) for system in systems]
        if all(p is not None for p in steps):
            trial = b + sum(steps) / batches
            if head.value(trial) < E:
                return trial, max(lam / lm.factor, 1e-16), found
        lam *= lm.factor
    return b, lam, found
