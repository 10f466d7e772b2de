"""CIFAR-10 with a small CNN: the paper's methods, and momentum at matched rates."""

import time
from typing import Any

import numpy as np

from course_lib.activations import relu
from course_lib.layers import Activation, Conv2d, Dense, Dropout, Flatten, MaxPool2d
from course_lib.networks.sequential import Sequential
from course_tools.experiments import dirichlet_arms as arms
from course_tools.experiments import dirichlet_table_1 as dense
from course_tools.experiments import dirichlet_torch

Row = dict[str, Any]


def _stage(inputs: int, maps: int) -> list[Any]:
    return [
        *(Conv2d(inputs, maps, 3, padding=1), Activation(relu)),
        *(Conv2d(maps, maps, 3, padding=1), Activation(relu)),
        *(MaxPool2d(2), Dropout(0.25)),
    ]


NET = Sequential(
    [
        *(*_stage(3, 32), *_stage(32, 64), Flatten()),
        *(Dense(4096, 512), Activation(relu), Dropout(0.5), Dense(512, 10)),
    ],
    (3, 32, 32),
)
jobs = arms.jobs


def scores(w: list[Any], x: Any, draws: Any = None) -> Any:
    """Scores (N, 10) of `NET`, with dropout where ``draws`` makes its masks."""
    import torch
    from torch.nn import functional

    def kept(x: Any, rate: float) -> Any:
        if draws is None:
            return x
        mask = torch.rand(x.shape, device=x.device, generator=draws) >= rate
        return x * mask / (1 - rate)

    for k in (0, 4):
        for i in (k, k + 2):
            x = torch.relu(functional.conv2d(x, w[i], w[i + 1], padding=1))
        x = kept(functional.max_pool2d(x, 2), 0.25)
    x = kept(torch.relu(functional.linear(x.flatten(1), w[8], w[9])), 0.5)
    return functional.linear(x, w[10], w[11])


FAST = dirichlet_torch.Fast(NET, scores, dropout=True)


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """Accuracy and loss after training; on a GPU a minute, so no checkpoint."""
    import torch

    from course_tools.experiments import cifar

    like = arms.on(device)
    if device == "cpu":
        torch.set_num_threads(1)
    sizes = (settings[k] for k in ("validation", "train", "tests"))
    train, *unseen = cifar.load(device, *sizes)
    rng = np.random.default_rng(job["seed"])
    theta = like(NET.init(rng))
    begin = time.perf_counter()
    method = arms.rule(job, settings, NET, like)
    known = train.x, train.t
    run = arms.trained(job, settings, FAST, theta, *known, dense.LOSS, method, rng)
    row: Row = {"seconds": round(time.perf_counter() - begin, 2)}
    pairs = [(held.x, held.t.cpu().numpy()) for held in unseen]
    return row | dense.measured(FAST, run, pairs, settings)


def report(rows: list[Row], settings: Row) -> Row:
    """Every arm at its chosen trial, and the differences that the claims name."""
    return arms.report(rows, settings, NET, dense.KEYS)


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first: medians, and ranges over the starts."""
    return arms.summary(result, dense.COLUMNS | {"seconds": "seconds"})
