"""MNIST: the paper's figure with all 60 000 images, both readings of the padding."""

import functools
from typing import Any

import numpy as np

from course_lib.datasets import mnist
from course_tools.errors import CourseError
from course_tools.experiments import (
    hybrid_mnist_clock,
    hybrid_mnist_kernel,
    hybrid_mnist_runs,
)
from course_tools.experiments.rules import spread

Row = dict[str, Any]
LM, CLOCK = "Levenberg-Marquardt", "clock"
METHODS = (
    *("Adam", "hybrid", "frozen trunk", "Adam, batches of 64"),
    *("hybrid, mean of 10 batches", LM),
)


def jobs(settings: Row) -> list[Row]:
    """One per padding, method, rate and start; and what an epoch costs."""
    return [
        {"padding": padding, "method": method, "rate": rate, "seed": seed}
        for padding in settings["paddings"]
        for method in (*METHODS, CLOCK)
        for seed in settings["seeds"][: _starts(method, padding, settings)]
        for rate in settings["rates"].get(method, [0.0])
    ]


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """Error after every epoch, or the seconds of epochs by the library's code."""
    if device != "cpu":
        raise CourseError("hybrid-mnist: expected --device cpu; its passes are numba's")
    if job["method"] == CLOCK:
        whole, n = _mnist(), settings["images"]
        x, labels = whole.x_train[:n], whole.t_train[:n]
        return hybrid_mnist_clock.seconds(job, settings, x, labels)
    data, unseen = _data(settings["images"], settings["tests"])
    return hybrid_mnist_runs.train(job, settings, data, unseen, checkpoint)


def report(rows: list[Row], settings: Row) -> Row:
    """Samples by padding and method, each start at the rate the others choose."""
    numbers: dict[str, float] = {}
    samples: dict[str, list[float]] = {}
    table, clocks = [], []
    for padding in settings["paddings"]:
        mine = [r for r in rows if r["padding"] == padding]
        chosen = {m: _chosen([r for r in mine if r["method"] == m]) for m in METHODS}
        name = f"padding {padding}: "
        for method, runs in chosen.items():
            samples[name + method] = [run["final"] for run in runs]
            samples[f"{name}{method} test"] = [run["test_right"] for run in runs]
            share = float(np.mean([run["plateau"] for run in runs]))
            numbers[f"{name}{method} on the plateau"] = share
            table += runs
        slow = [r for r in mine if (r["method"], r["rate"]) == ("Adam", 0.001)]
        samples[f"{name}Adam at 0.001"] = [run["final"] for run in slow]
        hybrid = {run["seed"]: run for run in chosen["hybrid"]}
        for key, what in (
            ("right_at_8", "accuracy at -8 dB"),
            ("db_at_95", "dB at 95 %"),
        ):
            samples[name + what] = [
                run[key] for run in hybrid.values() if run[key] is not None
            ]
        for method in ("frozen trunk", "Adam, batches of 64"):
            samples[f"{name}{method} minus hybrid"] = [
                round(run["final"] - hybrid[run["seed"]]["final"], 3)
                for run in chosen[method]
            ]
        clocks += [r for r in mine if r["method"] == CLOCK]
        cost = [r["seconds"] for r in mine if r["method"] == CLOCK]
        samples[name + "seconds of the hybrid per Adam's"] = [
            c["hybrid"] / c["Adam"] for c in cost
        ]
        samples[name + "seconds of Levenberg-Marquardt per hybrid's"] = [
            c[LM] / c["hybrid"] for c in cost
        ]
    return {"numbers": numbers, "samples": samples, "table": table, "clocks": clocks}


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first: medians, and ranges over the starts."""
    head = ["method", "epochs", "rate", "starts", "final dB", "right, training"]
    out = [["padding", *head, "right, test", "s per epoch"]]
    for padding in result["settings"]["paddings"]:
        for method in METHODS:
            runs, costs = (
                [row for row in result[key] if row["padding"] == padding]
                for key in ("table", "clocks")
            )
            runs = [run for run in runs if run["method"] == method]
            rates = sorted({run["rate"] for run in runs if run["rate"]})
            cells = [str(result["settings"]["epochs"][method])]
            cells += [", ".join(f"{rate:g}" for rate in rates), str(len(runs))]
            for key in ("final", "right", "test_right"):
                cells.append(spread([run[key] for run in runs]))
            cost = [c["seconds"][method] for c in costs if method in c["seconds"]]
            out.append([str(padding), method, *cells, spread(cost)])
    return out


def _starts(method: str, padding: int, settings: Row) -> int:
    if method in ("Adam", LM, CLOCK):
        return int(settings["long_starts"])
    return int(settings["padded_starts"]) if padding else len(settings["seeds"])


def _chosen(mine: list[Row]) -> list[Row]:
    """Per start, the rate with the lowest median final error over the other starts."""
    picked = []
    for seed in dict.fromkeys(r["seed"] for r in mine):
        others: dict[float, list[float]] = {}
        for r in mine:
            if r["seed"] != seed:
                others.setdefault(r["rate"], []).append(r["final"])
        rate = min(others, key=lambda rate: float(np.median(others[rate])))
        picked += [r for r in mine if r["seed"] == seed and r["rate"] == rate]
    return picked


_mnist = functools.cache(mnist)


@functools.cache
def _data(n: int, m: int) -> tuple[Any, Any]:
    """Training and test images in blocks; a run sets their padding."""
    images = hybrid_mnist_kernel.images
    whole = _mnist()
    train = images(whole.x_train[:n], whole.t_train[:n], 0)
    return train, images(whole.x_test[:m], whole.t_test[:m], 0)
