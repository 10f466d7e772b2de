"""Tuning: what couples hyperparameters, how to read curves, how to spend a budget.

With rate η, momentum μ, batch B of N samples and weight decay ρ, runs behave alike if

    effective rate   η / (1 − μ)                                            (1)
    noise scale      η N / (B (1 − μ))                                      (2)
    decay per step   η ρ / (1 − μ)                                          (3)

stay as they are, so that no hyperparameter has a best value of its own.

Source: Radiuk 2020 (checklist); Smith 2018; Smith and Le 2018. Chapter:
tuning. Differs from it in: the source prints no formula.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "Diagnosis",
    "Trial",
    "diagnose",
    "effective_rate",
    "grid",
    "noise_scale",
    "random_points",
    "rate_for_batch",
    "search",
    "search_plan",
    "total_batch",
]


def effective_rate(rate: float, mu: float) -> float:
    """Equation (1), of a rate and 0 <= μ < 1."""
    _check_momentum(mu)
    return rate / (1 - mu)


def noise_scale(rate: float, N: int, batch: int, mu: float = 0.0) -> float:
    """Equation (2), for B ≪ N."""
    _check_momentum(mu)
    if not batch >= 1:
        raise ValueError(f"batch: expected >= 1 samples; got {batch}")
    return rate * N / (batch * (1 - mu))


def rate_for_batch(rate: float, batch: int, new: int) -> float:
    """The rate that keeps (2) when the batch changes: proportional to it."""
    if not (batch >= 1 and new >= 1):
        raise ValueError(f"batch, new: expected >= 1 samples; got {batch}, {new}")
    return rate * new / batch


def total_batch(per_device: int, devices: int) -> int:
    """Samples per step over all devices."""
    if per_device < 1 or devices < 1:
        raise ValueError(
            f"per_device, devices: expected >= 1; got {per_device}, {devices}"
        )
    return per_device * devices


class Diagnosis(NamedTuple):
    """What the curves show, in one word, and what to do, in one sentence."""

    finding: str
    advice: str


def diagnose(
    train: Sequence[float], validation: Sequence[float], slope: float = 0.01
) -> Diagnosis:
    """Read training and validation losses (one per epoch, at least five).

    Findings: "diverging", "overfitting" (the validation loss has risen by more than 5 %
    of its range above its minimum while training falls), "underfitting" (both still
    fall by more than ``slope`` of their range per epoch), "plateau".

    Source: Radiuk 2020, Fig. 1 and text. Chapter: tuning. Differs from it in:
    thresholds, which are ours.
    """
    t, v = np.asarray(train, float), np.asarray(validation, float)
    if len(t) != len(v) or len(t) < 5:
        raise ValueError(
            f"train, validation: expected as many of each, at least 5; got {len(t)}"
            f" and {len(v)}"
        )
    if not (np.isfinite(t).all() and np.isfinite(v).all()) or t[-1] > 1.5 * t[0]:
        return Diagnosis("diverging", "Lower the learning rate, or warm it up.")
    span = max(float(np.ptp(v)), 1e-12)
    tail = max(len(t) // 5, 3)
    fall_t, fall_v = (
        -np.polyfit(np.arange(tail), a[-tail:], 1)[0] / max(float(np.ptp(a)), 1e-12)
        for a in (t, v)
    )
    low = int(v.argmin())
    if v[-1] - v[low] > 0.05 * span and low < len(v) - 2 and t[-1] < t[low]:
        return Diagnosis(
            "overfitting",
            f"Stop at epoch {low}, or raise weight decay, rate or augmentation.",
        )
    if fall_t > slope and fall_v > slope:
        return Diagnosis(
            "underfitting", "Train longer, raise the rate, or lower weight decay."
        )
    return Diagnosis("plateau", "Keep these settings, or lower the rate to finish.")


# --------------------------------------------------------------------------------
# Spending a budget


class Trial(NamedTuple):
    """Settings and the score they got, lower being better."""

    settings: dict[str, float]
    score: float


def grid(**values: Sequence[float]) -> Iterator[dict[str, float]]:
    """All combinations, the last name fastest."""
    for point in product(*values.values()):
        yield dict(zip(values, point, strict=True))


def random_points(
    rng: Any, count: int, **ranges: tuple[float, float]
) -> Iterator[dict[str, float]]:
    """``count`` points, every setting log-uniform in its (low, high).

    Source: Bergstra and Bengio 2012. Chapter: tuning. Differs from it in:
    nothing.
    """
    for name, (low, high) in ranges.items():
        if not 0 < low < high:
            raise ValueError(f"{name}: expected 0 < low < high; got {low}, {high}")
    for _ in range(count):
        yield {
            name: float(math.exp(rng.uniform(math.log(low), math.log(high))))
            for name, (low, high) in ranges.items()
        }


def search(
    score: Callable[..., float], points: Iterator[dict[str, float]], budget: int
) -> list[Trial]:
    """The first ``budget`` points scored, best first; what is not finite comes last.

    A method is compared with another at equal budget: as many trials, same seeds.
    """
    trials = []
    for settings, _ in zip(points, range(budget), strict=False):
        trials.append(Trial(settings, float(score(**settings))))
    return sorted(trials, key=lambda t: t.score if math.isfinite(t.score) else math.inf)


def search_plan(depth: str, data: str) -> list[Mapping[str, Any]]:
    """The paper's checklist as steps with the values to try, in order.

    ``depth`` is "shallow" or "deep", ``data`` "simple" or "complex".

    Source: Radiuk 2020, steps 1 to 4. Chapter: tuning. Differs from it in:
    choices are made on validation data, never on the test set.
    """
    if depth not in ("shallow", "deep") or data not in ("simple", "complex"):
        raise ValueError(
            'depth, data: expected "shallow" or "deep" and "simple" or "complex"; got '
            f"{depth!r}, {data!r}"
        )
    light = depth == "deep" or data == "complex"
    return [
        {
            "step": "range test",
            "learning_rate": (1e-4, 0.1) if depth == "shallow" else (1e-3, 10.0),
        },
        {"step": "batch", "batch": (256, 512, 1024), "compare at": "equal time"},
        {"step": "momentum", "mu": (0.99, 0.97, 0.95, 0.9), "cycle": (0.95, 0.85)},
        {
            "step": "weight decay",
            "weight_decay": (1e-4, 1e-5, 1e-6, 0.0) if light else (1e-2, 1e-3, 1e-4),
            "refine": "half-decades between the best two",
        },
    ]


def _check_momentum(mu: float) -> None:
    if not 0 <= mu < 1:
        raise ValueError(f"mu: expected 0 <= mu < 1; got {mu}")
