"""MNIST with a dense network: the paper's methods, and momentum at matched rates."""

import functools
import time
from typing import Any

import numpy as np

from course_lib.activations import relu
from course_lib.datasets import mnist
from course_lib.layers import Activation, Dense
from course_lib.losses import CrossEntropy
from course_lib.networks.sequential import Sequential
from course_tools.experiments import dirichlet_arms as arms

Row = dict[str, Any]
LOSS = CrossEntropy()
NET = Sequential([Dense(784, 128), Activation(relu), Dense(128, 10)])
jobs = arms.jobs
KEYS = {"test": "%", "test_loss": "loss", "epochs_to_target": "epochs"}
COLUMNS = {
    "test": "test accuracy, %",
    "test_loss": "test loss",
    "train_loss": "training loss",
    "epochs_to_target": "epochs to the target loss",
    "seconds": "CPU seconds",
}


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """Accuracy and loss after training; some seconds, so it needs no checkpoint."""
    (x, t), *unseen = _data(*(settings[k] for k in ("train", "validation", "tests")))
    rng = np.random.default_rng(job["seed"])
    theta = NET.init(rng).astype(np.float32)
    begin = time.process_time()
    method = arms.rule(job, settings, NET, lambda a: a.astype(np.float32))
    run = arms.trained(job, settings, NET, theta, x, t, LOSS, method, rng)
    row: Row = {"seconds": round(time.process_time() - begin, 2)}
    return row | measured(NET, run, unseen, settings)


def measured(net: Any, run: Any, unseen: Any, settings: Row) -> Row:
    """Curve of the training loss, and what the run says of images it has not seen."""
    curve = [short(value) for value in run.history.value]
    row: Row = {"curve": curve, "train_loss": curve[-1]}
    row["epochs_to_target"] = arms.arrival(curve, settings["target"])
    if len(curve) <= settings["epochs"]:  # it did not stay finite
        row["epochs_to_target"] = float(settings["epochs"])
    for name, (images, labels) in zip(("validation", "test"), unseen, strict=True):
        y = np.asarray(net.predict(run.theta, images))
        right = y.argmax(axis=1) == labels
        row[name] = round(100 * float(right.mean()), 3)
        row[f"{name}_loss"] = short(float(LOSS.value(y, labels)))
    return row


def report(rows: list[Row], settings: Row) -> Row:
    """Every arm at its chosen trial, and the differences that the claims name."""
    return arms.report(rows, settings, NET, KEYS)


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first: medians, and ranges over the starts."""
    return arms.summary(result, COLUMNS)


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


def short(x: float) -> float:
    """Five digits; what is not finite is a large number, so that it loses."""
    return float(f"{x:.5g}") if np.isfinite(x) else 1e9
