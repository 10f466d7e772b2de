"""MNIST: the paper's figure with all 60 000 images, some thousand at a time."""

import functools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.arrays import namespace
from course_lib.datasets import mnist
from course_lib.losses import SquaredError
from course_lib.networks.sequential import Sequential
from course_lib.networks.small_cnns import mnist_network
from course_lib.objectives import NetworkObjective
from course_lib.optim import Adam, Hybrid, LevenbergMarquardt
from course_lib.optim.adam import AdamState
from course_lib.optim.hybrid import (
    HybridState,
    decibels,
    first_dense,
    mean_step,
    on_prior_plateau,
    prior_level,
)
from course_lib.optim.levenberg_marquardt import LMState
from course_tools.experiments.rules import spread

Row = dict[str, Any]
LOSS = SquaredError("sum")
METHODS = (
    *("hybrid", "hybrid, mean of 10 batches", "frozen trunk", "Levenberg-Marquardt"),
    *("Adam", "Adam, batches of 64"),
)


def jobs(settings: Row) -> list[Row]:
    """One per padding, method, rate and start."""
    return [
        {"padding": padding, "method": method, "rate": rate, "seed": seed}
        for padding in settings["paddings"]
        for method in METHODS
        for rate in settings["rates"].get(method, [0.0])
        for seed in settings["long_seeds" if method == "Adam" else "seeds"]
    ]


@dataclass(frozen=True)
class _Summed:
    """Jᵀ J and Jᵀ u added over chunks: a linearization without rows."""

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


@dataclass(frozen=True)
class _Chunked:
    """A network's objective, evaluated chunk by chunk."""

    network: Sequential
    x: Any
    t: Any
    size: int

    def parts(self) -> Iterator[NetworkObjective]:
        """The chunks, in double precision."""
        for k in range(0, len(self.x), self.size):
            x = _double(self.x[k : k + self.size])
            yield NetworkObjective(self.network, x, self.t[k : k + self.size], LOSS)

    def value(self, theta: Any) -> float:
        """½ Σ r²."""
        return sum(float(part.value(theta)) for part in self.parts())

    def value_and_gradient(self, theta: Any) -> tuple[float, Any]:
        """Both, summed."""
        found = [part.value_and_gradient(theta) for part in self.parts()]
        return sum(float(E) for E, _ in found), sum(g for _, g in found)

    def linearize(self, theta: Any) -> _Summed:
        """Jᵀ J and Jᵀ u, summed."""
        A, g, E = 0.0, 0.0, 0.0
        for part in self.parts():
            lin = part.linearize(theta)
            A, g, E = A + lin.normal(), g + lin.vjp(lin.r), E + float(lin.value)
        return _Summed(A, g, E)


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """Error after every epoch; a checkpoint at least every minute."""
    method, rate, epochs = job["method"], job["rate"], settings["epochs"]
    objective, unseen, labels = _problem(job["padding"], settings, device)
    net = objective.network
    saved = checkpoint.load()
    start = net.init(np.random.default_rng(job["seed"]))
    theta = _to(saved.get("theta", start), device)
    curve = saved.get("curve", np.zeros((0, 2))).tolist()
    spent = float(saved.get("seconds", 0.0))
    state = _state(saved, device)
    if not curve:
        curve.append(_measured(objective, theta, labels["train"]))
    last = time.monotonic()
    for epoch in range(len(curve) - 1, epochs[method]):
        begin = _clock(device)
        rng = np.random.default_rng([job["seed"], epoch])
        theta, state = _epoch(method, rate, objective, theta, state, rng)
        spent += _clock(device) - begin
        curve.append(_measured(objective, theta, labels["train"]))
        if time.monotonic() - last > 60:
            arrays = {k: _numpy(v) for k, v in state.items()}
            checkpoint.save(theta=_numpy(theta), curve=curve, seconds=spent, **arrays)
            last = time.monotonic()
    E, right = np.array(curve).T
    db = decibels(E, E[0])
    prior = prior_level(_numpy(objective.t), 2 * E[0])
    below = np.flatnonzero(db <= -8)
    keep = np.unique(np.geomspace(1, len(db), 100).astype(int)) - 1
    return {
        "final": round(float(db[-1]), 3),
        "right": round(float(right[-1]), 4),
        "test_right": round(_measured(unseen, theta, labels["test"])[1], 4),
        "right_at_8": round(float(right[below[0]]), 4) if len(below) else None,
        "plateau": on_prior_plateau(db, prior),
        "seconds_per_epoch": spent / epochs[method],
        "epochs": keep.tolist(),
        "curve": [round(float(d), 2) for d in db[keep]],
    }


def report(rows: list[Row], settings: Row) -> Row:
    """Samples by padding and method, each start at the rate the others choose."""
    numbers: dict[str, float] = {}
    samples: dict[str, list[float]] = {}
    table = []
    for padding in settings["paddings"]:
        chosen = {m: _chosen(rows, padding, m) for m in METHODS}
        name = f"padding {padding}: "
        for method, runs in chosen.items():
            samples[name + method] = [run["final"] for run in runs]
            samples[f"{name}{method} test"] = [run["test_right"] for run in runs]
            share = float(np.mean([run["plateau"] for run in runs]))
            numbers[f"{name}{method} on the plateau"] = share
            table += runs
        hybrid = {run["seed"]: run for run in chosen["hybrid"]}
        arrived = [run["right_at_8"] for run in hybrid.values() if run["right_at_8"]]
        samples[name + "accuracy at -8 dB"] = arrived
        for method in ("frozen trunk", "Adam, batches of 64"):
            samples[f"{name}{method} minus hybrid"] = [
                round(run["final"] - hybrid[run["seed"]]["final"], 3)
                for run in chosen[method]
            ]
        cost = "seconds_per_epoch"
        samples[name + "seconds of the hybrid per Adam's"] = [
            hybrid[run["seed"]][cost] / run[cost] for run in chosen["Adam"]
        ]
        samples[name + "seconds of Levenberg-Marquardt per hybrid's"] = [
            run[cost] / hybrid[run["seed"]][cost]
            for run in chosen["Levenberg-Marquardt"]
        ]
    return {"numbers": numbers, "samples": samples, "table": table}


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first: medians, and ranges over the starts."""
    head = ["method", "final dB", "right, training", "right, test", "s per epoch"]
    out = [["padding", *head]]
    for padding in result["settings"]["paddings"]:
        for method in METHODS:
            runs = [
                run
                for run in result["table"]
                if (run["padding"], run["method"]) == (padding, method)
            ]
            keys = ("final", "right", "test_right", "seconds_per_epoch")
            cells = [spread([run[key] for run in runs]) for key in keys]
            out.append([str(padding), method, *cells])
    return out


# --------------------------------------------------------------------------------
# One epoch


def _epoch(
    method: str, rate: float, objective: _Chunked, theta: Any, state: Row, rng: Any
) -> tuple[Any, Row]:
    """(θ, state) after one epoch; the state is a dictionary of arrays and numbers."""
    if method == "Levenberg-Marquardt":
        lm = LevenbergMarquardt(solve="primal")
        at = LMState(float(state.get("lam", lm.damping)))
        theta, at, _ = lm.step(theta, objective, at)
        return theta, {"lam": at.lam}
    if method == "Adam":
        _, g = objective.value_and_gradient(theta)
        theta, adam = Adam(rate).update(theta, g, _adam(state, theta))
        return theta, adam._asdict()
    if method == "Adam, batches of 64":
        adam = _adam(state, theta)
        order = rng.permutation(len(objective.x))
        for k in range(0, len(order), 64):
            part = order[k : k + 64]
            x, t = _double(objective.x[part]), objective.t[part]
            here = NetworkObjective(objective.network, x, t, LOSS)
            theta, adam = Adam(rate).update(
                theta, here.value_and_gradient(theta)[1], adam
            )
        return theta, adam._asdict()
    if "mean" in method:
        return _mean_epoch(rate, objective, theta, state, rng)
    return _hybrid_epoch(rate, objective, theta, state)


def _hybrid_epoch(
    rate: float, objective: _Chunked, theta: Any, state: Row
) -> tuple[Any, Row]:
    """`Hybrid.step`, simultaneous, with the trunk in chunks: a test says equal."""
    xp = namespace(theta)
    trunk, head = objective.network.split(first_dense(objective.network))
    a, b = theta[: trunk.size], theta[trunk.size :]
    chunks = [_double(objective.x[k : k + objective.size]) for k in _starts(objective)]
    Z = xp.concat([trunk.predict(a, x) for x in chunks])
    y, cache = head.forward(b, Z)
    grad_Z = head.backward(b, cache, LOSS.gradient(y, objective.t))[0]
    lm = LevenbergMarquardt(solve="primal")
    on_Z = NetworkObjective(head, Z, objective.t, LOSS)
    b, at, _ = lm.step(b, on_Z, LMState(float(state.get("lam", lm.damping))))
    g = 0.0
    for k, x in zip(_starts(objective), chunks, strict=True):
        _, tape = trunk.forward(a, x)
        g = g + trunk.backward(a, tape, grad_Z[k : k + objective.size])[1]
    a, adam = Adam(rate).update(a, g, _adam(state, a))
    return xp.concat([a, b]), {"lam": at.lam, **adam._asdict()}


def _mean_epoch(
    rate: float, objective: _Chunked, theta: Any, state: Row, rng: Any
) -> tuple[Any, Row]:
    rule = Hybrid(Adam(rate), LevenbergMarquardt(solve="primal"))
    trunk, _ = objective.network.split(first_dense(objective.network))
    lam = float(state.get("lam", rule.head.damping))
    before = HybridState(_adam(state, theta[: trunk.size]), LMState(lam))
    parts = np.array_split(rng.permutation(len(objective.x)), 10)
    x = _double(objective.x)
    whole = NetworkObjective(objective.network, x, objective.t, LOSS)
    theta, after, _ = mean_step(rule, theta, whole, parts, before)
    return theta, {"lam": after.head.lam, **after.trunk._asdict()}


def _starts(objective: _Chunked) -> range:
    return range(0, len(objective.x), objective.size)


def _adam(state: Row, theta: Any) -> Any:
    if "m" not in state:
        return Adam().init(theta)
    return AdamState(*(state[name] for name in AdamState._fields))


# --------------------------------------------------------------------------------
# Data, clocks and devices


@functools.cache
def _images() -> Any:
    return mnist()


def _problem(padding: int, settings: Row, device: str) -> tuple[Any, Any, Row]:
    data, net = _images(), mnist_network(padding)
    n, m = settings["images"], settings["tests"]
    labels = {"train": data.t_train[:n], "test": data.t_test[:m]}
    made = [
        _Chunked(
            net,
            _to(x.astype(np.float32) / 255, device),
            _to(np.eye(10)[labels[name]], device),
            settings["chunk"],
        )
        for name, x in (("train", data.x_train[:n]), ("test", data.x_test[:m]))
    ]
    return made[0], made[1], labels


def _measured(objective: _Chunked, theta: Any, labels: np.ndarray) -> list[float]:
    """[E, share read right]."""
    y = [objective.network.predict(theta, part.x) for part in objective.parts()]
    out = namespace(theta).concat(y)
    right = (_numpy(out).argmax(axis=1) == labels).mean()
    return [float(LOSS.value(out, objective.t)), float(right)]


def _chosen(rows: list[Row], padding: int, method: str) -> list[Row]:
    """Per start, the rate with the lowest median final error over the other starts."""
    mine = [r for r in rows if (r["padding"], r["method"]) == (padding, method)]
    picked = []
    for seed in dict.fromkeys(r["seed"] for r in mine):
        others: dict[float, list[float]] = {}
        for r in mine:
            if r["seed"] != seed:
                others.setdefault(r["rate"], []).append(r["final"])
        rate = min(others, key=lambda rate: float(np.median(others[rate])))
        picked += [r for r in mine if r["seed"] == seed and r["rate"] == rate]
    return picked


def _state(saved: Row, device: str) -> Row:
    kept = {k: v for k, v in saved.items() if k not in ("theta", "curve", "seconds")}
    return {k: _to(v, device) if v.ndim else v.item() for k, v in kept.items()}


def _double(x: Any) -> Any:
    xp = namespace(x)
    return xp.astype(x, xp.float64)


def _to(x: Any, device: str) -> Any:
    if device == "cpu":
        return x
    import torch

    return torch.asarray(x, device=device)


def _numpy(x: Any) -> np.ndarray:
    return np.asarray(x.cpu() if hasattr(x, "cpu") else x)


def _clock(device: str) -> float:
    if device == "cpu":
        return time.process_time()
    import torch

    torch.cuda.synchronize()
    return time.perf_counter()
