"""CIFAR-10 with a small CNN: the paper's methods, and momentum at matched rates."""

import time
from typing import Any

import numpy as np

from course_lib.activations import relu
from course_lib.layers import Activation, Conv2d, Dense, Dropout, Flatten, MaxPool2d
from course_lib.networks.sequential import Sequential
from course_tools.experiments import dirichlet_arms as arms
from course_tools.experiments import dirichlet_table_1 as dense

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


class Fast:
    """`NET` on a flat torch θ: what `fit` needs, computed by torch's kernels."""

    segments = NET.segments

    def predict(self, theta: Any, x: Any) -> Any:
        """Scores (N, 10) without dropout, on the CPU."""
        import torch

        with torch.no_grad():
            return torch.cat([self._scores(theta, p) for p in x.split(5000)]).cpu()

    def value_and_gradient(
        self,
        theta: Any,
        x: Any,
        t: Any,
        loss: Any,
        *,
        training: bool = False,
        rng: Any = None,
    ) -> tuple[Any, Any]:
        """Mean cross-entropy and its gradient, whatever ``loss`` says."""
        import torch

        draws = None
        if training:
            draws = torch.Generator(x.device).manual_seed(int(rng.integers(2**63)))
        theta = theta.detach().requires_grad_()
        total, g = 0.0, 0.0
        for part, labels in zip(x.split(5000), t.split(5000), strict=True):
            y = self._scores(theta, part, draws)
            value = torch.nn.functional.cross_entropy(y, labels, reduction="sum")
            g = g + torch.autograd.grad(value, theta)[0] / len(x)
            total = total + value.detach() / len(x)
        return total, g

    def _scores(self, theta: Any, x: Any, draws: Any = None) -> Any:
        import torch
        from torch.nn import functional

        def kept(x: Any, rate: float) -> Any:
            if draws is None:
                return x
            mask = torch.rand(x.shape, device=x.device, generator=draws) >= rate
            return x * mask / (1 - rate)

        w = [theta[s.start : s.stop].reshape(s.shape) for s in self.segments]
        for k in (0, 4):
            for i in (k, k + 2):
                x = torch.relu(functional.conv2d(x, w[i], w[i + 1], padding=1))
            x = kept(functional.max_pool2d(x, 2), 0.25)
        x = kept(torch.relu(functional.linear(x.flatten(1), w[8], w[9])), 0.5)
        return functional.linear(x, w[10], w[11])


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
    fast: Any = Fast()
    method = arms.rule(job, settings, NET, like)
    known = train.x, train.t
    run = arms.trained(job, settings, fast, theta, *known, dense.LOSS, method, rng)
    row: Row = {"seconds": round(time.perf_counter() - begin, 2)}
    pairs = [(held.x, held.t.cpu().numpy()) for held in unseen]
    return row | dense.measured(fast, run, pairs, settings)


def report(rows: list[Row], settings: Row) -> Row:
    """Every arm at its chosen trial, and the differences that the claims name."""
    return arms.report(rows, settings, NET, dense.KEYS)


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first: medians, and ranges over the starts."""
    return arms.summary(result, dense.COLUMNS | {"seconds": "seconds"})
