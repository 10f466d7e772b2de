"""MNIST with a dense network by five methods, and momentum at the matched rate."""

import functools
import time
from typing import Any

import numpy as np

from course_lib.activations import relu
from course_lib.datasets import mnist
from course_lib.dirichlet import trigamma
from course_lib.layers import Activation, Dense
from course_lib.losses import CrossEntropy
from course_lib.networks.sequential import Sequential
from course_lib.optim import NGDM, Adam, Apollo, Momentum
from course_lib.optim.ngdm import alpha_rule
from course_lib.training import fit
from course_tools.experiments.rules import spread

Row = dict[str, Any]
TUNED = ("SGDM", "Adam", "Apollo")
METHODS = (*TUNED, "SGDM, unmatched", "SGDM, matched", "NGDM-Dir", "NGDM-GenDir")
LOSS = CrossEntropy()


def jobs(settings: Row) -> list[Row]:
    """One per method, rate and start."""
    return [
        {"method": method, "rate": rate, "seed": seed}
        for method in METHODS
        for rate in settings["rates"].get(method, [settings["gamma"]])
        for seed in settings["seeds"]
    ]


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """Accuracy and loss after training; half a minute, so it needs no checkpoint."""
    net = Sequential([Dense(784, 128), Activation(relu), Dense(128, 10)])
    (x, t), held, unseen = _data(
        *(settings[k] for k in ("train", "validation", "tests"))
    )
    rng = np.random.default_rng(job["seed"])
    theta = net.init(rng).astype(np.float32)
    begin = time.process_time()
    warm = {"schedule": _warm(job["rate"])} if job["method"] == "Apollo" else {}
    run = fit(
        *(net, theta, x, t, LOSS, _method(job, settings, net)),
        epochs=settings["epochs"],
        batch_size=settings["batch"],
        rng=rng,
        **warm,
    )
    seconds = time.process_time() - begin
    row: Row = {"seconds": round(seconds, 2), "train_loss": _short(run.value)}
    for name, (images, labels) in (("validation", held), ("test", unseen)):
        y = net.predict(run.theta, images)
        row[name] = round(100 * float((y.argmax(axis=1) == labels).mean()), 3)
        row[f"{name}_loss"] = _short(float(LOSS.value(y, labels)))
    return row


def report(rows: list[Row], settings: Row) -> Row:
    """Paired differences to NGDM with the Dirichlet law."""
    chosen = {m: _chosen([r for r in rows if r["method"] == m]) for m in METHODS}
    samples: dict[str, list[float]] = {}
    for key, unit in (("test", "%"), ("test_loss", "loss")):
        ours = np.array([run[key] for run in chosen["NGDM-Dir"]])
        for method, runs in chosen.items():
            theirs = np.array([run[key] for run in runs])
            samples[f"{method}, {unit}"] = theirs.tolist()
            difference = np.round(ours - theirs, 6)
            samples[f"NGDM-Dir minus {method}, {unit}"] = difference.tolist()
    return {
        "numbers": {},
        "samples": samples,
        "table": [run for runs in chosen.values() for run in runs],
    }


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first: medians, and ranges over the starts."""
    out = [["method", "rate", "test accuracy, %", "test loss", "CPU seconds"]]
    for method in METHODS:
        runs = [run for run in result["table"] if run["method"] == method]
        rates = sorted({run["rate"] for run in runs})
        cells = [spread([r[k] for r in runs]) for k in ("test", "test_loss", "seconds")]
        out.append([method, ", ".join(f"{rate:g}" for rate in rates), *cells])
    return out


def _method(job: Row, settings: Row, net: Sequential) -> Any:
    method, rate = job["method"], job["rate"]
    segments = [(s.start, s.stop) for s in net.segments]

    def law(start: float) -> np.ndarray:
        slope: float = settings["slope"]
        return np.asarray(alpha_rule(start, slope, net.size, segments=segments))

    if method == "Adam":
        return Adam(rate)
    if method == "Apollo":
        return Apollo(rate, segments=segments)
    if method == "NGDM-Dir":
        return NGDM(rate, alpha=law(settings["dir"]))
    if method == "NGDM-GenDir":
        first, second = map(law, settings["gendir"])
        return NGDM(rate, alpha=first, beta=second, mode="gdir_diag")
    if method == "SGDM, matched":
        rate *= float((1 / trigamma(law(settings["dir"]))).mean())
    return Momentum(rate, nesterov=True)


def _warm(rate: float) -> Any:
    return lambda epoch: {"learning_rate": rate * min(1.0, 0.01 + epoch)}


def _chosen(rows: list[Row]) -> list[Row]:
    """Per start, the rate with the best median validation over the other starts."""
    picked = []
    for seed in dict.fromkeys(r["seed"] for r in rows):
        others: dict[float, list[float]] = {}
        for r in rows:
            if r["seed"] != seed:
                others.setdefault(r["rate"], []).append(r["validation"])
        best = max(others, key=lambda rate: float(np.median(others[rate])))
        picked += [r for r in rows if r["seed"] == seed and r["rate"] == best]
    return picked


@functools.cache
def _data(train: int, validation: int, tests: int) -> tuple[Any, Any, Any]:
    data = mnist()
    x = data.x_train.reshape(-1, 784).astype(np.float32) / 255
    t = data.t_train.astype(int)
    unseen = data.x_test[:tests].reshape(-1, 784).astype(np.float32) / 255
    return (
        (x[:train], t[:train]),
        (x[50000 : 50000 + validation], t[50000 : 50000 + validation]),
        (unseen, data.t_test[:tests].astype(int)),
    )


def _short(x: float) -> float | None:
    return float(f"{x:.5g}") if np.isfinite(x) else None
