"""CIFAR-10 in torch: images on the device, three networks, runs that resume, arms.

Rates and momenta come from `course_lib.schedules`, one per step. The rule is heavy ball
with decay in the gradient, `course_lib.optim.Momentum`; torch's own SGD computes the
same (tested) with fewer kernels. The backbone is in half precision on a GPU.
"""

import functools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.datasets import cifar10
from course_lib.schedules import one_cycle_linear, step_decay
from course_tools.experiments.rules import chosen_by_others, spread

Row = dict[str, Any]
MEAN, DEVIATION = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)


# --------------------------------------------------------------------------------
# Data


@dataclass(frozen=True)
class Images:
    """Standardised images (N, 3, 32, 32) and labels on a device."""

    x: Any
    t: Any

    def augmented(self, order: Any, rng: Any, cutout: int = 0) -> Any:
        """Images shifted by up to 4 pixels, half of them mirrored; a patch cut out."""
        x, B = self.x[order], len(order)
        x = F.pad(x, (4, 4, 4, 4))
        dy, dx = torch.randint(0, 9, (2, B, 1), device=x.device, generator=rng)
        flip = torch.rand(B, 1, device=x.device, generator=rng) < 0.5
        span = torch.arange(32, device=x.device)[None]
        columns = dx + torch.where(flip, 31 - span, span)
        rows = dy + span
        each = torch.arange(B, device=x.device)[:, None, None]
        x = x.permute(0, 2, 3, 1)[each, rows[:, :, None], columns[:, None, :]]
        x = x.permute(0, 3, 1, 2)  # channels last in memory
        if cutout:
            top, left = torch.randint(
                0, 33 - cutout, (2, B, 1), device=x.device, generator=rng
            )
            y, z = ((span >= edge) & (span < edge + cutout) for edge in (top, left))
            x = x.masked_fill((y[:, :, None] & z[:, None, :])[:, None], 0.0)
        return x


@functools.cache
def load(
    device: str, validation: int = 5000, train: int = 50000, tests: int = 10000
) -> tuple[Images, Images, Images]:
    """To train on, to choose by (equally many of each class), to test."""
    data = cifar10()
    x, t = data.x_train, data.t_train
    order = np.random.default_rng(0).permutation(len(t))
    order = order[np.argsort(t[order], kind="stable")].reshape(10, -1)  # by class
    held = order[:, : validation // 10].reshape(-1)
    rest = order[:, validation // 10 :].T.reshape(-1)[:train]  # classes in turn
    parts = (
        *((x[rest], t[rest]), (x[held], t[held])),
        (data.x_test[:tests], data.t_test[:tests]),
    )
    mean, deviation = (
        torch.tensor(v, device=device).view(1, 3, 1, 1) for v in (MEAN, DEVIATION)
    )
    out = []
    for images, labels in parts:
        moved = (torch.from_numpy(images).to(device).float() / 255 - mean) / deviation
        moved = moved.contiguous(memory_format=torch.channels_last)
        out.append(Images(moved, torch.from_numpy(labels.astype(np.int64)).to(device)))
    return out[0], out[1], out[2]


# --------------------------------------------------------------------------------
# Networks


def _conv(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Conv2d:
    conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
    nn.init.kaiming_normal_(conv.weight)
    return conv


class _Block(nn.Module):  # type: ignore[misc]
    """Two convolutions and a short cut; maps halved and padded with zeros (He 2016)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.stride, self.more = (1 if inputs == outputs else 2), outputs - inputs
        self.first, self.second = (
            _conv(inputs, outputs, 3, self.stride),
            _conv(outputs, outputs),
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(outputs) for _ in range(2))

    def forward(self, x: Any) -> Any:
        y = self.norms[1](self.second(F.relu(self.norms[0](self.first(x)))))
        if self.more:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.more))
        return F.relu(x + y)


def resnet(depth: int = 32, width: int = 16) -> nn.Module:
    """ResNet for CIFAR with 6 n + 2 layers (He et al. 2016)."""
    n, widths = (depth - 2) // 6, (width, 2 * width, 4 * width)
    blocks = [
        _Block(widths[max(i - (k == 0), 0)], w)
        for i, w in enumerate(widths)
        for k in range(n)
    ]
    return nn.Sequential(
        *(_conv(3, width), nn.BatchNorm2d(width), nn.ReLU(), *blocks),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4 * width, 10)),
    )


class _Grow(nn.Module):  # type: ignore[misc]
    """One more convolution's maps behind what came in (Huang et al. 2017)."""

    def __init__(self, inputs: int, growth: int) -> None:
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(inputs), _conv(inputs, growth)

    def forward(self, x: Any) -> Any:
        return torch.cat([x, self.conv(F.relu(self.norm(x)))], 1)


def densenet(depth: int = 40, growth: int = 12) -> nn.Module:
    """DenseNet without bottlenecks: three dense blocks of (depth - 4) / 3 layers."""
    channels, layers = 16, [_conv(3, 16)]
    parts: list[nn.Module] = list(layers)
    for block in range(3):
        for _ in range((depth - 4) // 3):
            parts.append(_Grow(channels, growth))
            channels += growth
        parts += [nn.BatchNorm2d(channels), nn.ReLU()]
        if block < 2:
            parts += [_conv(channels, channels, 1), nn.AvgPool2d(2)]
    return nn.Sequential(
        *(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))
    )


class _Plus(nn.Module):  # type: ignore[misc]
    """x + f(x)."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.body = nn.Sequential(*layers)

    def forward(self, x: Any) -> Any:
        return x + self.body(x)


class _Scaled(nn.Module):  # type: ignore[misc]
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Any) -> Any:
        return self.factor * x


def resnet9(width: int = 64) -> nn.Module:
    """The nine-layer network of Page (2019) for fast training."""

    def step(inputs: int, outputs: int) -> list[nn.Module]:
        return [_conv(inputs, outputs), nn.BatchNorm2d(outputs), nn.ReLU()]

    def both(channels: int) -> nn.Module:
        return _Plus(*step(channels, channels), *step(channels, channels))

    w = width
    return nn.Sequential(
        *(*step(3, w), *step(w, 2 * w), nn.MaxPool2d(2), both(2 * w)),
        *(*step(2 * w, 4 * w), nn.MaxPool2d(2)),
        *(*step(4 * w, 8 * w), nn.MaxPool2d(2), both(8 * w)),
        *(nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(8 * w, 10, bias=False)),
        _Scaled(0.125),
    )


NETWORKS: dict[str, Callable[..., nn.Module]] = {
    "ResNet-32": resnet,
    "DenseNet-40": densenet,
    "ResNet-9": resnet9,
}


# --------------------------------------------------------------------------------
# A run


@dataclass(frozen=True)
class Recipe:
    """A network and how to train it; ``schedule`` maps the share done to rate and μ."""

    network: str
    schedule: Callable[[float], dict[str, float]]
    epochs: int
    batch: int = 512
    weight_decay: float = 1e-4
    nesterov: bool = False
    smoothing: float = 0.0
    cutout: int = 0
    size: tuple[int, ...] = ()


def start(recipe: Recipe, seed: int, device: str) -> tuple[nn.Module, Any]:
    """The network at its start, and the rule."""
    torch.manual_seed(seed)
    net = NETWORKS[recipe.network](*recipe.size)
    net = net.to(device, memory_format=torch.channels_last)
    if device == "cuda":
        torch.backends.cudnn.benchmark = True
    rule = torch.optim.SGD(
        net.parameters(),
        lr=0.1,
        momentum=0.9,
        weight_decay=recipe.weight_decay,
        nesterov=recipe.nesterov,
    )
    return net, rule


def train(
    recipe: Recipe, seed: int, data: Images, device: str, checkpoint: Any = None
) -> tuple[nn.Module, dict[str, Any]]:
    """The trained network; seconds, and the training loss of every epoch.

    A checkpoint at least every minute; every epoch draws from a generator of its own,
    so that a resumed run is the same one. A loss that is not finite ends the run.
    """
    net, rule = start(recipe, seed, device)
    losses, spent = _restore(net, rule, checkpoint)
    steps, last = len(data.t) // recipe.batch, time.monotonic()
    for epoch in range(len(losses), recipe.epochs):
        begin, total = _clock(device), torch.zeros((), device=device)
        rng = torch.Generator(device).manual_seed(1_000_003 * (seed + 1) + epoch)
        order = torch.randperm(len(data.t), device=device, generator=rng)
        net.train()
        for k in range(steps):  # the last, smaller batch is left out
            part = order[k * recipe.batch : (k + 1) * recipe.batch]
            now = recipe.schedule((epoch + k / steps) / recipe.epochs)
            for group in rule.param_groups:
                group["lr"] = now["learning_rate"]
                group["momentum"] = now.get("mu", 0.9)
            x = data.augmented(part, rng, recipe.cutout)
            with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
                y = net(x)
            loss = F.cross_entropy(
                y.float(), data.t[part], label_smoothing=recipe.smoothing
            )
            rule.zero_grad(set_to_none=True)
            loss.backward()
            rule.step()
            total += loss.detach() / steps
        losses.append(float(total))
        spent += _clock(device) - begin
        if not np.isfinite(losses[-1]):
            break
        if checkpoint is not None and time.monotonic() - last > 60:
            _save(net, rule, checkpoint, losses, spent)
            last = time.monotonic()
    return net, {"seconds": round(spent, 2), "losses": [round(E, 4) for E in losses]}


@torch.no_grad()  # type: ignore[untyped-decorator]
def measured(net: nn.Module, data: Images, mirrored: bool = False) -> dict[str, float]:
    """Accuracy in % and loss; ``mirrored`` averages with the mirror image's answer."""
    net.eval()
    device, right, loss = data.x.device.type, 0.0, 0.0
    for k in range(0, len(data.t), 1000):
        x, t = data.x[k : k + 1000], data.t[k : k + 1000]
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            y = net(x).float()
            if mirrored:
                y = y + net(x.flip(3)).float()
        y = torch.nan_to_num(y, nan=0.0, posinf=1e4, neginf=-1e4)
        right += float((y.argmax(1) == t).sum())
        loss += float(F.cross_entropy(y, t, reduction="sum"))
    N = len(data.t)
    return {"accuracy": round(100 * right / N, 3), "loss": round(loss / N, 4)}


def _numbers(net: nn.Module, rule: Any) -> list[Any]:
    """What changes in training: parameters, statistics, velocities."""
    moving = [rule.state[p].get("momentum_buffer") for p in net.parameters()]
    return [*net.state_dict().values(), *(v for v in moving if v is not None)]


def _save(
    net: nn.Module, rule: Any, checkpoint: Any, losses: Any, spent: float
) -> None:
    arrays = {
        str(i): a.detach().cpu().numpy() for i, a in enumerate(_numbers(net, rule))
    }
    checkpoint.save(losses=losses, spent=spent, **arrays)


def _restore(net: nn.Module, rule: Any, checkpoint: Any) -> tuple[list[float], float]:
    saved = checkpoint.load() if checkpoint is not None else {}
    if not saved:
        return [], 0.0
    for p in net.parameters():
        rule.state[p]["momentum_buffer"] = torch.zeros_like(p)
    with torch.no_grad():
        for i, a in enumerate(_numbers(net, rule)):
            a.copy_(torch.from_numpy(saved[str(i)]))
    return saved["losses"].tolist(), float(saved["spent"])


def _clock(device: str) -> float:
    if device == "cuda":
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()


# --------------------------------------------------------------------------------
# A table: arms by name in the settings, each a recipe; a job is an arm from a start


def jobs(settings: Row) -> list[Row]:
    """One per arm and start."""
    return [
        {"arm": arm, "seed": seed}
        for arm in settings["arms"]
        for seed in settings["seeds"]
    ]


def recipe(arm: Row, settings: Row) -> Recipe:
    """Two rates are one cycle, one is a step policy or, asked for, a constant."""
    rates = arm["rates"]
    schedule: Any
    if len(rates) == 2:
        schedule = one_cycle_linear(*rates)
    elif "mu" in arm:

        def schedule(share: float) -> dict[str, float]:
            return {"learning_rate": rates[0], "mu": arm["mu"]}
    else:
        schedule = step_decay(rates[0], 0.1, 2)
    more = {"batch": settings["batch"], "decay": 1e-4} | arm
    return Recipe(
        settings["network"],
        schedule,
        settings["epochs"] if "epochs" in settings else arm["epochs"],
        batch=more["batch"],
        weight_decay=more["decay"],
        size=tuple(settings.get("size", ())),
    )


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """Validation and test at the end, each read once; loss of every epoch."""
    sizes = (settings[key] for key in ("validation", "train", "tests"))
    seen, held, unseen = load(device, *sizes)
    how = recipe(settings["arms"][job["arm"]], settings)
    net, row = train(how, job["seed"], seen, device, checkpoint)
    held_, unseen_ = measured(net, held), measured(net, unseen)
    return row | {"validation": held_["accuracy"], "test": unseen_["accuracy"]}


def differences(
    tests: dict[str, list[float]], pairs: Iterable[tuple[str, str]]
) -> dict[str, list[float]]:
    """First minus second of every pair of arms, by start."""
    return {
        f"{first} minus {second}": np.subtract(tests[first], tests[second])
        .round(3)
        .tolist()
        for first, second in pairs
    }


def by_arm(rows: list[Row]) -> tuple[dict[str, list[float]], list[Row]]:
    """({arm: test accuracies by start}, rows of the book's table)."""
    tests: dict[str, list[float]] = {}
    seconds: dict[str, list[float]] = {}
    for row in rows:
        tests.setdefault(row["arm"], []).append(row["test"])
        seconds.setdefault(row["arm"], []).append(row["seconds"])
    return tests, [{"arm": a, "test": tests[a], "seconds": seconds[a]} for a in tests]


def tuned(rows: list[Row], arms: list[str]) -> list[float]:
    """Per start, the test of the arm with the best mean validation of other starts."""
    held, test = (
        np.array([[r[key] for r in rows if r["arm"] == arm] for arm in arms])
        for key in ("validation", "test")
    )
    picks = chosen_by_others(held.T)
    return [float(test[pick, i]) for i, pick in enumerate(picks)]


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first: medians, and ranges over the starts."""
    out = [["arm", "test accuracy, %", "seconds"]]
    for row in result["table"]:
        out.append([row["arm"], spread(row["test"]), spread(row["seconds"])])
    return out
