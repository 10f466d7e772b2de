"""What the tables of the Dirichlet paper share: the methods, tuning, differences.

A table's settings name its arms in ``trials``: an arm has one number per trial, a
learning rate as a rule. Arms called NGDM take the *effective* rate, their own times the
mean of the constant factors, so that all momentum methods share one grid; ``printed``
in place of a number is the paper's own rate.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.networks.sequential import Sequential
from course_lib.optim import NGDM, Adam, Apollo, Momentum
from course_lib.optim.ngdm import alpha_rule
from course_lib.schedules import one_cycle, over
from course_lib.training import Result, fit
from course_tools.experiments.rules import spread

Row = dict[str, Any]
MODES = {
    "NGDM-Dir": "dir_diag",
    "NGDM-Dir exact": "dir_full",
    "NGDM-GenDir": "gdir_diag",
    "NGDM-GenDir blocks": "gdir_block",
}


@dataclass(frozen=True)
class PerArray:
    """Momentum with a learning rate of its own for every parameter array."""

    rates: Any

    def init(self, theta: Any) -> Any:
        """The state of `Momentum`."""
        return self._rule.init(theta)

    def update(self, theta: Any, gradient: Any, state: Any) -> Any:
        """Linear in the gradient: scaling it is scaling the rate."""
        return self._rule.update(theta, gradient * self.rates, state)

    @property
    def _rule(self) -> Momentum:
        return Momentum(1.0, nesterov=True)


def jobs(settings: Row) -> list[Row]:
    """One per arm, trial and start."""
    return [
        {"arm": arm, "trial": trial, "seed": seed}
        for arm, trials in settings["trials"].items()
        for trial in trials
        for seed in settings["seeds"]
    ]


def ngdm(name: str, rate: float, settings: Row, net: Sequential) -> NGDM:
    """The paper's method: α counted by parameter array."""
    segments = [(s.start, s.stop) for s in net.segments]
    laws = settings["dir"] if "-Dir" in name else settings["gendir"]
    alpha, *beta = (alpha_rule(*law, net.size, segments=segments) for law in laws)
    mode: Any = MODES[name]
    return NGDM(rate, alpha, beta[0] if beta else None, mode=mode)


def factor(name: str, settings: Row, net: Sequential) -> float:
    """Mean over the weights of what an arm multiplies its rate by (the trace)."""
    metric = ngdm(name, 1.0, settings, net).init(np.zeros(net.size)).metric
    parts = (metric[0], metric[2]) if "blocks" in name else (metric[0],)
    return float(np.mean([part.mean() for part in parts]))


def rule(job: Row, settings: Row, net: Sequential, like: Callable[[Any], Any]) -> Any:
    """The method of a job; ``like`` moves an array to where θ is."""
    arm, trial = job["arm"], job["trial"]
    name = arm.split(",")[0]
    if name == "Adam":
        return Adam(trial)
    if name == "Apollo":
        return Apollo(trial, segments=[(s.start, s.stop) for s in net.segments])
    if name in MODES:
        if trial != "printed":
            return ngdm(name, trial / factor(name, settings, net), settings, net)
        own = settings.get("own", {}).get(arm, settings["gamma"])
        return ngdm(name, own, settings, net)
    if isinstance(trial, list):
        rates = np.empty(net.size)
        for s, rate in zip(net.segments, trial, strict=True):
            rates[s.start : s.stop] = rate
        return PerArray(like(rates))
    if trial == "printed":
        trial = settings["gamma"]
        if " as " in arm:  # "SGDM, as NGDM-Dir"
            trial *= factor(arm.split(" as ")[1], settings, net)
    return Momentum(trial, nesterov=True)


def schedule(job: Row, settings: Row) -> dict[str, Any]:
    """Of `fit`: Apollo warms up, one-cycle is one, the rest is constant.

    The warm-up is linear from a hundredth of the rate, over ``warm`` epochs.
    """
    rate, warm = job["trial"], settings.get("warm", 1)
    if job["arm"] == "Apollo":
        return {
            "schedule": lambda k: {
                "learning_rate": rate * min(1.0, 0.01 + 0.99 * k / warm)
            }
        }
    if "one-cycle" in job["arm"]:
        return {"schedule": over(one_cycle(rate), settings["epochs"])}
    return {}


def on(device: str) -> Callable[[Any], Any]:
    """What moves an array to torch's float32 on a device."""
    import torch

    def like(a: Any) -> Any:
        return torch.from_numpy(np.ascontiguousarray(a, dtype=np.float32)).to(device)

    return like


def trained(
    job: Row,
    settings: Row,
    net: Any,
    theta: Any,
    x: Any,
    t: Any,
    loss: Any,
    method: Any,
    rng: Any,
) -> Result:
    """A run of `fit` by the settings and the job's schedule."""
    return fit(
        *(net, theta, x, t, loss, method),
        epochs=settings["epochs"],
        batch_size=settings["batch"],
        rng=rng,
        **schedule(job, settings),
    )


def arrival(curve: list[float], target: float) -> float:
    """Epochs until the loss is at the target, between epochs along its logarithm.

    A run that does not arrive counts with all its epochs.
    """
    for k in range(1, len(curve)):
        if curve[k] <= target:
            a, b = np.log(curve[k - 1]), np.log(curve[k])
            share = (a - np.log(target)) / (a - b) if a > np.log(target) else 0.0
            return round(float(k - 1 + share), 3)
    return float(len(curve) - 1)


def chosen(rows: list[Row], settings: Row, lower: bool = False) -> dict[str, list[Row]]:
    """By arm and start, the trial with the best median validation of the other starts.

    The arm with a rate per array may also take the same rate for all.
    """
    found = {}
    for arm in settings["trials"]:
        mine = [r for r in rows if r["arm"] == arm]
        if "per array" in arm:
            mine += [r for r in rows if r["arm"] == "SGDM"]
        sign = -1 if lower else 1
        found[arm] = [
            _best(mine, seed, sign) | {"chosen_for": arm} for seed in settings["seeds"]
        ]
    return found


def best_of_all(rows: list[Row], settings: Row, lower: bool = False) -> list[Row]:
    """By start, the arm and trial with the best median validation of the others."""
    named = [r | {"trial": f"{r['arm']}: {r['trial']}"} for r in rows]
    return [_best(named, seed, -1 if lower else 1) for seed in settings["seeds"]]


def _best(rows: list[Row], seed: int, sign: int) -> Row:
    others: dict[str, list[float]] = {}
    for r in rows:
        if r["seed"] != seed:
            value = sign * r["validation"]
            others.setdefault(str(r["trial"]), []).append(
                value if np.isfinite(value) else -np.inf
            )
    best = max(others, key=lambda trial: float(np.median(others[trial])))
    return next(r for r in rows if r["seed"] == seed and str(r["trial"]) == best)


def report(
    rows: list[Row],
    settings: Row,
    net: Sequential,
    keys: dict[str, str],
    lower: bool = False,
) -> Row:
    """Every arm at its chosen trial, its differences, and what was tried.

    ``keys`` name a unit for each measured quantity; ``lower`` says that the smallest
    validation is the best.
    """
    found = chosen(rows, settings, lower)
    samples = paired(found, keys, settings["pairs"])
    if "interval" in settings:
        inside, outside = (
            _within(rows, settings, net, wanted, lower) for wanted in (True, False)
        )
        samples["best rate inside minus best outside"] = np.round(
            np.subtract(inside, outside), 7
        ).tolist()
    tried: dict[str, list[float]] = {}
    for r in rows:
        if len(settings["trials"][r["arm"]]) > 1:
            name = f"{r['arm']}, {_shown(r['trial'])}: validation"
            tried.setdefault(name, []).append(r["validation"])
    return {
        "numbers": {name: float(np.median(sample)) for name, sample in tried.items()},
        "samples": samples,
        "table": [run for runs in found.values() for run in runs],
    }


def _within(
    rows: list[Row], settings: Row, net: Sequential, wanted: bool, lower: bool
) -> list[float]:
    """Validation of NGDM-Dir at its best own rate inside the interval, or outside."""
    low, high = settings["interval"]
    times = factor("NGDM-Dir", settings, net)
    mine = [
        r
        for r in rows
        if r["arm"] == "NGDM-Dir" and (low <= r["trial"] / times <= high) == wanted
    ]
    only = {"trials": {"NGDM-Dir": []}, "seeds": settings["seeds"]}
    return [r["validation"] for r in chosen(mine, only, lower)["NGDM-Dir"]]


def paired(
    found: dict[str, list[Row]], keys: dict[str, str], pairs: list[list[str]]
) -> dict[str, list[float]]:
    """Samples of every arm, and first minus second of the pairs; keys to their unit."""
    samples: dict[str, list[float]] = {}
    for key, unit in keys.items():
        values = {a: np.array([run[key] for run in runs]) for a, runs in found.items()}
        samples |= {f"{a}, {unit}": sample.tolist() for a, sample in values.items()}
        for one, two in pairs:
            difference = np.round(values[one] - values[two], 7).tolist()
            samples[f"{one} minus {two}, {unit}"] = difference
    return samples


def summary(result: Row, columns: dict[str, str]) -> list[list[str]]:
    """The table of the book: medians and ranges over the starts."""
    found: dict[str, list[Row]] = {}
    for run in result["table"]:
        found.setdefault(run["chosen_for"], []).append(run)
    out = [["method", "rate", *columns.values()]]
    for arm, runs in found.items():
        trials = dict.fromkeys(_shown(run["trial"]) for run in runs)
        cells = [spread([run[key] for run in runs]) for key in columns]
        out.append([arm, ", ".join(sorted(trials)), *cells])
    return out


def _shown(trial: Any) -> str:
    if isinstance(trial, list):
        runs = [(rate, len(list(same))) for rate, same in itertools.groupby(trial)]
        return "/".join(f"{r:g}" if n == 1 else f"{r:g}×{n}" for r, n in runs)
    return trial if isinstance(trial, str) else f"{trial:g}"
