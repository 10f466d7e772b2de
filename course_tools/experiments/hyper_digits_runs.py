"""Two small networks on 8 × 8 digits: data, one run of training, one range test."""

import functools
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from course_lib.activations import relu
from course_lib.datasets import digits
from course_lib.layers import (
    Activation,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Dense,
    Flatten,
    he_normal,
)
from course_lib.losses import CrossEntropy
from course_lib.networks.sequential import Sequential
from course_lib.optim import Momentum
from course_lib.schedules import RangeTest, one_cycle_linear, range_test, step_decay
from course_lib.training import batches

Row = dict[str, Any]
LOSS = CrossEntropy()


@functools.cache
def network(name: str, outputs: int = 10) -> Sequential:
    """ "dense", "conv", "width 8", "1 layer", "4 layers" or "4 layers, normalised"."""
    if name == "conv":
        return Sequential(
            [
                *(Conv2d(1, 8, 3, padding=1), BatchNorm(8), Activation(relu)),
                *(Conv2d(8, 16, 3, stride=2, padding=1), BatchNorm(16)),
                *(Activation(relu), Conv2d(16, 16, 3, padding=1), BatchNorm(16)),
                *(Activation(relu), AvgPool2d(4), Flatten(), Dense(16, outputs)),
            ],
            (1, 8, 8),
        )
    depth, width, norm = 2, 32, name == "dense" or "normalised" in name
    if name.startswith("width"):
        depth, width = 1, int(name.split()[1])
    elif name != "dense":
        depth = int(name[0])
    layers: list[Any] = []
    for k in range(depth):
        layers.append(Dense(width if k else 64, width, he_normal))
        layers += [BatchNorm(width)] if norm else []
        layers.append(Activation(relu))
    return Sequential([*layers, Dense(width, outputs)])


@functools.cache
def _data(rows: str) -> tuple[Any, ...]:
    """(x, t) to train on, to choose by, to test; all 1000, 200, or 200 of 3 classes."""
    images, t = digits()
    x = images.reshape(-1, 64).astype(np.float32)
    order = np.random.default_rng(0).permutation(len(x))
    parts = np.split(order, (1000, 1300))
    if rows == "200 of 3 classes":
        parts = [part[t[part] < 3] for part in parts]
    if rows != "all":
        parts[0] = parts[0][:200]
    return tuple((x[part], t[part]) for part in parts)


def train(
    net: str,
    seed: int,
    rate: float,
    policy: str = "constant",
    *,
    epochs: int,
    mu: float = 0.9,
    momenta: tuple[float, float] = (0.95, 0.85),
    low: float | None = None,
    decay: float = 1e-4,
    batch: int = 100,
    rows: str = "all",
    noise: float = 0.0,
    looks: Any = (),
) -> Row:
    """Losses and accuracies (%) at the end; losses after the epochs in ``looks``."""
    where = network(net, 3 if "3 classes" in rows else 10)
    x, t = _data(rows)[0]
    x = x.reshape(-1, *where.input_shape)
    theta = where.init(np.random.default_rng(seed)).astype(np.float32)
    rule = Momentum(rate, mu, weight_decay=decay)
    schedule: Any = None
    if policy == "step":
        schedule = step_decay(rate, 0.1, 2)
    if policy == "one cycle":
        schedule = one_cycle_linear(low or rate / 10, rate, momentum=momenta)

    def losses(theta: Any) -> list[float]:
        return [E for E, _ in _ends(where, theta, rows)[:2]]

    history = [losses(theta)] if 0 in looks else []
    rng = np.random.default_rng([seed, 1])
    begin, done = time.process_time(), 0
    with np.errstate(over="ignore", invalid="ignore"):
        after = _epochs(
            *(where, theta, x, t, rule, schedule, rng),
            epochs=epochs,
            batch=batch,
            noise=noise,
        )
        for theta in after:
            done += 1
            if done in looks:
                history.append(losses(theta))
        seconds = time.process_time() - begin
        row = _measured(where, theta, rows) if done == epochs else _failed(where)
    history += [[np.inf, np.inf]] * (len(looks) - len(history))
    row["seconds"] = round(seconds, 3)
    return row | ({"history": history} if looks else {})


def _epochs(
    net: Sequential,
    theta: Any,
    x: Any,
    t: Any,
    rule: Momentum,
    schedule: Any,
    rng: np.random.Generator,
    *,
    epochs: int,
    batch: int,
    noise: float,
) -> Iterator[Any]:
    """θ after each epoch; a loss that is not finite is the end."""
    state, k, steps = rule.init(theta), 0, epochs * -(-len(x) // batch)
    for _ in range(epochs):
        for part in batches(len(x), batch, rng):
            now = replace(rule, **schedule(k / steps)) if schedule else rule
            seen, k = x[part], k + 1
            if noise:
                seen = seen + noise * rng.standard_normal(seen.shape, dtype=np.float32)
            E, g = net.value_and_gradient(theta, seen, t[part], LOSS, training=True)
            if not np.isfinite(E):
                return
            theta, state = now.update(theta, g, state)
        yield theta


def _ends(net: Sequential, theta: Any, rows: str) -> list[tuple[float, float]]:
    """(loss, accuracy) on training, validation and test data."""
    (x, _), out = _data(rows)[0], []
    fixed = net.with_statistics(theta, x.reshape(-1, *net.input_shape))
    for x, t in _data(rows):
        y = fixed.predict(theta, x.reshape(-1, *net.input_shape))
        right = 100 * float((y.argmax(axis=1) == t).mean())
        out.append((float(LOSS.value(y, t)), round(right, 3)))
    return out


def _measured(net: Sequential, theta: Any, rows: str) -> Row:
    chance, row = float(np.log(net.output_shapes[-1][0])), {}
    names = (("train_loss", "train"), ("loss", "validation"), ("test_loss", "test"))
    ends = _ends(net, theta, rows)
    for (E, accuracy), (loss, right) in zip(ends, names, strict=True):
        row[loss] = E if E < chance else chance  # NaN is chance, too
        row[right] = accuracy
    return row


def _failed(net: Sequential) -> Row:
    K = net.output_shapes[-1][0]
    losses = dict.fromkeys(("train_loss", "loss", "test_loss"), float(np.log(K)))
    return losses | dict.fromkeys(("train", "validation", "test"), 100 / K)


def read_range(net: str, seed: int, settings: Row) -> tuple[RangeTest, float]:
    """The test, and the rate beyond the lowest loss where it is 10 % higher."""
    where, rng = network(net), np.random.default_rng([seed, 2])
    x, t = _data(settings["samples"])[0]
    x = x.reshape(-1, *where.input_shape)

    def ask(theta: Any, k: int) -> Any:
        part = rng.choice(len(x), 100, replace=False)
        return where.value_and_gradient(theta, x[part], t[part], LOSS, training=True)

    theta = where.init(np.random.default_rng(seed)).astype(np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        found = range_test(
            ask, theta, Momentum(1.0), 1e-3, 30.0, settings["range_steps"]
        )
    after = np.arange(len(found.losses)) > found.losses.argmin()
    above = np.flatnonzero(after & (found.losses > 1.1 * found.losses.min()))
    risen = found.rates[above[0]] if len(above) else min(found.diverged, 30.0)
    return found, float(risen)
