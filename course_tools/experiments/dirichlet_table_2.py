"""MNIST with LeNet-5: the paper's methods, and momentum at matched rates."""

import functools
import time
from typing import Any

import numpy as np

from course_lib.activations import relu
from course_lib.datasets import mnist
from course_lib.layers import Activation, Conv2d, Dense, Flatten, MaxPool2d
from course_lib.networks.sequential import Sequential
from course_tools.experiments import dirichlet_arms as arms
from course_tools.experiments import dirichlet_table_1 as dense
from course_tools.experiments import dirichlet_torch

Row = dict[str, Any]
NET = Sequential(
    [
        *(Conv2d(1, 6, 5, padding=2), Activation(relu), MaxPool2d(2)),
        *(Conv2d(6, 16, 5), Activation(relu), MaxPool2d(2), Flatten()),
        *(Dense(400, 120), Activation(relu)),
        *(Dense(120, 84), Activation(relu), Dense(84, 10)),
    ],
    (1, 28, 28),
)
jobs = arms.jobs


def scores(w: list[Any], x: Any, draws: None = None) -> Any:
    """Scores (N, 10) of `NET`, which has no dropout."""
    import torch
    from torch.nn import functional

    for k, padding in ((0, 2), (2, 0)):
        x = torch.relu(functional.conv2d(x, w[k], w[k + 1], padding=padding))
        x = functional.max_pool2d(x, 2)
    x = x.flatten(1)
    for k in (4, 6):
        x = torch.relu(functional.linear(x, w[k], w[k + 1]))
    return functional.linear(x, w[8], w[9])


FAST = dirichlet_torch.Fast(NET, scores)


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """Accuracy and loss after training; less than a minute, so no checkpoint."""
    import torch

    torch.set_num_threads(1)

    like = arms.on(device)
    (x, t), *unseen = _data(*(settings[k] for k in ("train", "validation", "tests")))
    rng = np.random.default_rng(job["seed"])
    theta = like(NET.init(rng))
    begin = time.process_time()
    method = arms.rule(job, settings, NET, like)
    known = like(x), torch.from_numpy(t).to(device)
    run = arms.trained(job, settings, FAST, theta, *known, dense.LOSS, method, rng)
    row: Row = {"seconds": round(time.process_time() - begin, 2)}
    pairs = [(like(images), labels) for images, labels in unseen]
    return row | dense.measured(FAST, run, pairs, settings)


def report(rows: list[Row], settings: Row) -> Row:
    """Every arm at its chosen trial, and the differences that the claims name."""
    return arms.report(rows, settings, NET, dense.KEYS)


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first: medians, and ranges over the starts."""
    return arms.summary(result, dense.COLUMNS)


@functools.cache
def _data(train: int, validation: int, tests: int) -> tuple[Any, Any, Any]:
    data = mnist()
    x, t = data.x_train.astype(np.float32) / 255, data.t_train.astype(np.int64)
    unseen = data.x_test[:tests].astype(np.float32) / 255
    return (
        (x[:train], t[:train]),
        (x[50000 : 50000 + validation], t[50000 : 50000 + validation]),
        (unseen, data.t_test[:tests].astype(np.int64)),
    )
