"""Training error in decibels on Iris: the paper's three methods and what they lack."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from course_lib import complexity
from course_lib.datasets import iris
from course_lib.losses import SquaredError
from course_lib.networks.small_cnns import iris_network
from course_lib.objectives import NetworkObjective
from course_lib.optim import Adam, Hybrid, LevenbergMarquardt
from course_lib.optim.hybrid import decibels, mean_step, on_prior_plateau, prior_level
from course_lib.training import minimize
from course_tools.experiments.rules import chosen_by_others, spread

Row = dict[str, Any]
METHODS: dict[str, Callable[[float], Any]] = {
    "Levenberg-Marquardt": lambda _: LevenbergMarquardt(),
    "Levenberg-Marquardt, diagonal": lambda _: LevenbergMarquardt(scaling="marquardt"),
    "hybrid": lambda rate: Hybrid(Adam(rate)),
    "hybrid, sequential": lambda rate: Hybrid(Adam(rate), order="sequential"),
    "hybrid, mean of 10 batches": lambda rate: Hybrid(
        Adam(rate), LevenbergMarquardt(solve="primal")
    ),
    "hybrid, 10 batches in turn": lambda rate: Hybrid(Adam(rate)),
    "hybrid, last layer alone": lambda rate: Hybrid(
        Adam(rate), boundary=complexity.start_of(iris_network(), 1)
    ),
    "frozen trunk": lambda _: Hybrid(Adam(0.0)),
    "Adam": Adam,
    "Adam, 10 batches in turn": Adam,
}
ADAM = ("Adam", "Adam, 10 batches in turn")


def jobs(settings: Row) -> list[Row]:
    """One per method and start; it tries all rates of the grid."""
    return [{"method": m, "seed": s} for m in METHODS for s in settings["seeds"]]


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """{"runs": [one per rate]}: the error after every epoch, and what it cost."""
    method, epochs, runs = job["method"], settings["epochs"], []
    objective = _objective()
    theta = objective.network.init(np.random.default_rng(job["seed"]))
    for rate in settings["rates"].get(method, [None]):
        begin = time.process_time()
        values, end = _train(objective, theta, method, rate, epochs, job["seed"])
        seconds = time.process_time() - begin
        db = decibels(np.maximum(values, 1e-300), values[0])
        plateau = prior_level(objective.t, 2 * values[0])
        run = {
            "rate": rate,
            "final": round(float(db[-1]), 3),
            "right": round(_right(objective, end), 4),
            "plateau": on_prior_plateau(db, plateau),
            "seconds": round(seconds, 3),
            "curve": [round(float(d), 2) for d in db],
        }
        if method == "Adam":  # as many operations as the hybrid
            more = round(epochs * operations("hybrid") / operations("Adam"))
            values, _ = _train(objective, theta, method, rate, more, job["seed"])
            run["epochs_at_equal_operations"] = more
            run["equal_operations"] = round(float(decibels(values[-1], values[0])), 3)
        runs.append(run)
    return {"runs": runs}


def operations(method: str) -> int:
    """Ticks of an epoch over the 150 flowers, one trial point."""
    orders = {"Adam": 0, "hybrid": 2, "Levenberg-Marquardt": 3}
    ticks: int = complexity.epoch(iris_network(), 150, orders[method]).ticks()
    return ticks


def report(rows: list[Row], settings: Row) -> Row:
    """Final errors by start at the rate the other starts choose, and median curves."""
    starts = {m: [row["runs"] for row in rows if row["method"] == m] for m in METHODS}
    chosen = {m: _chosen(runs) for m, runs in starts.items()}
    curves = {
        m: np.maximum([run["curve"] for run in runs], settings["floor_db"])
        for m, runs in chosen.items()
    }
    samples = _samples(curves, _equal(starts["Adam"], settings["floor_db"]))
    table = [
        {
            "method": m,
            "rates": [run["rate"] for run in runs],
            "right": float(np.median([run["right"] for run in runs])),
            "seconds": float(np.median([run["seconds"] for run in runs])),
            "below_23": float(np.mean(curves[m].min(axis=1) < -23)),
        }
        for m, runs in chosen.items()
    ]
    drawn = {
        m: {
            q: np.round(np.percentile(c, p, axis=0), 1).tolist()
            for q, p in (("low", 10), ("median", 50), ("high", 90))
        }
        for m, c in curves.items()
    }
    return {
        "numbers": _numbers(starts, chosen, curves),
        "samples": {k: [round(float(v), 3) for v in x] for k, x in samples.items()},
        "table": table,
        "curves": drawn,
    }


def _equal(starts: list[list[Row]], floor: float) -> np.ndarray:
    """Adam's error by start after as many operations as the hybrid has."""
    chosen = _chosen(starts, "equal_operations")
    return np.maximum([run["equal_operations"] for run in chosen], floor)


def _samples(curves: dict[str, np.ndarray], equal: np.ndarray) -> dict[str, np.ndarray]:
    """What the claims ask, one value per start."""
    final = {m: c[:, -1] for m, c in curves.items()}
    lm, hybrid = curves["Levenberg-Marquardt"], curves["hybrid"]
    gap = (hybrid - lm).max(axis=1)
    best = np.min([final[m] for m in ADAM], axis=0)
    apart = {m: abs(f - np.median(f)) for m, f in final.items()}
    return final | {
        "Adam, lowest": np.min([curves[m].min(axis=1) for m in ADAM], axis=0),
        "Adam at equal operations": equal,
        "largest gap by start": gap,
        "hybrid within 10 dB of Levenberg-Marquardt": (gap <= 10).astype(float),
        "Adam minus hybrid, epochs": best - final["hybrid"],
        "Adam minus hybrid, operations": equal - final["hybrid"],
        "spread of Levenberg-Marquardt minus Adam": apart["Levenberg-Marquardt"]
        - apart["Adam"],
        "diagonal minus identity": final["Levenberg-Marquardt, diagonal"]
        - final["Levenberg-Marquardt"],
        "frozen trunk minus hybrid": final["frozen trunk"] - final["hybrid"],
        "sequential minus simultaneous": final["hybrid, sequential"] - final["hybrid"],
        "last layer alone minus hybrid": final["hybrid, last layer alone"]
        - final["hybrid"],
    }


def _numbers(
    starts: dict[str, list[list[Row]]],
    chosen: dict[str, list[Row]],
    curves: dict[str, np.ndarray],
) -> dict[str, float]:
    """What the claims ask of all starts together."""
    lowest = [min(run["curve"]) for m in ADAM for runs in starts[m] for run in runs]
    lm, hybrid = (
        np.median(curves[m], axis=0) for m in ("Levenberg-Marquardt", "hybrid")
    )
    return {
        "lowest error of Adam": min(lowest),
        "largest gap of the median curves": round(float((hybrid - lm).max()), 3),
        "Adam on the plateau": float(
            np.mean([run["plateau"] for run in chosen["Adam"]])
        ),
        "operations of a hybrid epoch per Adam's": round(
            operations("hybrid") / operations("Adam"), 3
        ),
    }


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first: medians, and ranges over the starts."""
    out = [["method", "rate", "final dB", "below −23 dB", "right", "CPU seconds"]]
    for row in result["table"]:
        rates = sorted({rate for rate in row["rates"] if rate is not None})
        out.append(
            [
                row["method"],
                ", ".join(f"{rate:g}" for rate in rates),
                spread(result["samples"][row["method"]]),
                f"{row['below_23']:.0%}",
                f"{row['right']:.1%}",
                f"{row['seconds']:.2g}",
            ]
        )
    more = spread(result["samples"]["Adam at equal operations"])
    out.append(["Adam, as many operations as the hybrid", "", more, "", "", ""])
    return out


def _objective() -> NetworkObjective:
    x, labels = iris()
    x = ((x - x.mean(axis=0)) / x.std(axis=0)).reshape(-1, 1, 2, 2)
    return NetworkObjective(iris_network(), x, np.eye(3)[labels], SquaredError("sum"))


def _train(
    objective: NetworkObjective,
    theta: Any,
    method: str,
    rate: float,
    epochs: int,
    seed: int,
) -> tuple[np.ndarray, Any]:
    """E before the first and after every epoch, and θ; a run that stops stays there."""
    rule = METHODS[method](rate)
    if "batches" not in method:
        run = minimize(objective, theta, rule, iterations=epochs)
        values, theta = run.history.value, run.theta
        return np.array(values + [values[-1]] * (epochs + 1 - len(values))), theta
    values, state = [float(objective.value(theta))], rule.init(theta)
    order = np.random.default_rng([seed, 1]).permutation(len(objective.x))
    parts = np.array_split(order, 10)
    for _ in range(epochs):
        if "mean" in method:
            theta, state, _ = mean_step(rule, theta, objective, parts, state)
        else:
            for part in parts:
                here = replace(objective, x=objective.x[part], t=objective.t[part])
                if isinstance(rule, Adam):
                    _, g = here.value_and_gradient(theta)
                    theta, state = rule.update(theta, g, state)
                else:
                    theta, state, _ = rule.step(theta, here, state)
        values.append(float(objective.value(theta)))
    return np.array(values), theta


def _right(objective: NetworkObjective, theta: Any) -> float:
    y = objective.network.predict(theta, objective.x)
    return float((y.argmax(axis=1) == objective.t.argmax(axis=1)).mean())


def _chosen(starts: list[list[Row]], key: str = "final") -> list[Row]:
    """Each start's run at the rate with the lowest median over the other starts."""
    end = np.array([[run[key] for run in runs] for runs in starts])
    picks = chosen_by_others(-end, "median")
    return [runs[pick] for runs, pick in zip(starts, picks, strict=True)]
