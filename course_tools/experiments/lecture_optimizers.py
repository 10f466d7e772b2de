"""Iterations, evaluations and seconds of every method to the lecture's stop level."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.activations import logistic, tanh
from course_lib.datasets import digits, plane_problem, plane_start
from course_lib.layers import Activation, Dense
from course_lib.losses import CrossEntropy
from course_lib.networks.sequential import Sequential
from course_lib.objectives import NetworkObjective
from course_lib.optim import (
    BFGS,
    LBFGS,
    AdaDelta,
    AdaGrad,
    Adam,
    ConjugateGradient,
    GradientDescent,
    LevenbergMarquardt,
    Momentum,
    Quickprop,
    RMSProp,
    Rprop,
    Status,
    StepInfo,
)
from course_lib.optim.as_printed import (
    NesterovAsPrinted,
    QuickpropAsPrinted,
    bfgs_as_printed,
)
from course_lib.optim.line_search import Point, ray, strong_wolfe
from course_lib.training import minimize
from course_tools.experiments.rules import chosen_by_others, spread

Row = dict[str, Any]


@dataclass(frozen=True)
class PrintedBFGS:
    """The slide's update as the inverse it is said to be, or as the Hessian it is."""

    inverse: bool = True

    needs = ("value_and_gradient",)

    def init(self, theta: Any) -> Any:
        """The identity, and no point yet."""
        return np.eye(len(theta)), None

    def step(self, theta: Any, objective: Any, state: Any) -> Any:
        """A search along −V g, or −V⁻¹ g, then the printed update."""
        V, at = state
        E, g = objective.value_and_gradient(theta) if at is None else at
        p = -(V @ g) if self.inverse else -np.linalg.solve(V, g)
        norm = float(np.linalg.norm(g))
        start = Point(0.0, theta, float(E), float(g @ p), g)
        found = None
        if start.slope < 0:
            found, _ = strong_wolfe(ray(objective, theta, p), start)
        if found is None:
            return theta, state, StepInfo(float(E), norm, Status.NO_DESCENT)
        V = bfgs_as_printed(V, found.theta - theta, found.gradient - g)
        info = StepInfo(found.value, norm)
        return found.theta, (V, (found.value, found.gradient)), info


METHODS: dict[str, Callable[[float], Any]] = {
    "gradient descent": GradientDescent,
    "momentum": Momentum,
    "Nesterov": lambda rate: Momentum(rate, nesterov=True),
    "Nesterov, printed": NesterovAsPrinted,
    "Quickprop": lambda rate: Quickprop(rate, weight_decay=1e-5),
    "Quickprop, printed": lambda rate: QuickpropAsPrinted(rate, weight_decay=1e-5),
    "Rprop": lambda rate: Rprop(first=rate),
    "AdaGrad": AdaGrad,
    "AdaGrad, printed": lambda rate: AdaGrad(rate, eps=0.0),
    "AdaDelta": AdaDelta,
    "AdaDelta, printed": lambda rate: AdaDelta(rate, eps=0.0),
    "RMSProp": RMSProp,
    "Adam": Adam,
    "conjugate gradients, Fletcher-Reeves": lambda _: ConjugateGradient(
        "fletcher-reeves"
    ),
    "conjugate gradients, Polak-Ribière": lambda _: ConjugateGradient(),
    "BFGS": lambda _: BFGS(),
    "BFGS, printed": lambda _: PrintedBFGS(),
    "BFGS, printed as Hessian": lambda _: PrintedBFGS(inverse=False),
    "L-BFGS": lambda _: LBFGS(),
    "Levenberg-Marquardt": lambda _: LevenbergMarquardt(),
    "Levenberg-Marquardt, diagonal": lambda _: LevenbergMarquardt(scaling="marquardt"),
}
ONLY_PLANE = ("BFGS, printed as Hessian",)  # a 1210² solve per step on the images
PICTURES = (
    *("gradient descent", "Quickprop", "Rprop"),
    "conjugate gradients, Polak-Ribière",
)


def jobs(settings: Row) -> list[Row]:
    """One per problem, method and start; it tries all rates of the grid."""
    return [
        {"problem": problem, "method": method, "seed": seed}
        for problem in settings["problems"]
        for method in METHODS
        for seed in settings["seeds"]
        if problem == "plane" or method not in ONLY_PLANE
        if problem == "digits" or method != "AdaGrad, printed"
    ]


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """All rates from one start: {"runs": [...]}, and the first layer of the images."""
    problem, method = job["problem"], job["method"]
    objective, unseen, start = _problem(problem, job["seed"], settings["train"])
    share = 2.0 if problem == "plane" else 1.0  # the lecture's error per our value
    runs = []
    for rate in settings["rates"][problem].get(method, [None]):
        begin = time.process_time()
        with np.errstate(all="ignore"):
            run = minimize(
                objective,
                start,
                METHODS[method](rate),
                iterations=settings["iterations"][problem],
                target=settings["target"] / share,
            )
        seconds = time.process_time() - begin
        y = unseen.network.predict(run.theta, unseen.x)
        if problem == "plane":
            wrong = float(((y > 0.5) != (unseen.t > 0.5)).mean())
        else:
            wrong = float((y.argmax(axis=1) != unseen.t).mean())
        half = run.history.value[run.iterations // 2]
        runs.append(
            {
                "rate": rate,
                "arrived": run.status is Status.TARGET,
                "iterations": run.iterations,
                "evaluations": run.history.evaluations[-1],
                "seconds": round(seconds, 4),
                "half_way": _round(share * half),
                "train": _round(share * run.value),
                "test_error": _round(share * float(unseen.value(run.theta))),
                "test_wrong": round(wrong, 4),
            }
        )
    row: Row = {"runs": runs}
    if problem == "digits" and job["seed"] == 0 and method in PICTURES:
        row["weights"] = np.round(run.theta[: 64 * 16], 2).tolist()
    return row


def report(rows: list[Row], settings: Row) -> Row:
    """Samples by problem and method, each start at the rate the others choose."""
    samples: dict[str, list[float]] = {}
    numbers: dict[str, float] = {}
    table = []
    for problem in settings["problems"]:
        budget = settings["iterations"][problem]
        starts: dict[str, list[list[Row]]] = {}
        for row in rows:
            if row["problem"] == problem:
                starts.setdefault(row["method"], []).append(row["runs"])
        chosen = {m: _chosen(starts[m], budget) for m in METHODS if m in starts}
        for method, runs in chosen.items():
            name = f"{problem}: {method}"
            arrived = [run for run in runs if run["arrived"]]
            numbers[f"{name} arrives"] = len(arrived) / len(runs)
            for key in ("iterations", "evaluations", "seconds", "test_error"):
                found = [run[key] for run in arrived]
                samples[f"{name} {key.replace('_', ' ')}"] = found
            table.append({"problem": problem, "method": method, "runs": runs})
        compared, share = _compared(chosen, budget)
        samples |= {f"{problem}: {name}": values for name, values in compared.items()}
        numbers[f"{problem}: share in the order of the slide"] = share
    return {
        "numbers": numbers,
        "samples": {k: [round(float(v), 6) for v in x] for k, x in samples.items()},
        "table": table,
        "pictures": [
            {"method": row["method"], "weights": row["weights"]}
            for row in rows
            if "weights" in row
        ],
    }


def _compared(
    chosen: dict[str, list[Row]], budget: int
) -> tuple[dict[str, list[float]], float]:
    """Logarithms of ratios by start, and how often the order is that of the slide."""
    steps = {m: _lg(runs, "iterations", budget) for m, runs in chosen.items()}
    seconds = {m: _lg(runs, "seconds", None) for m, runs in chosen.items()}
    out = {f"lg {a} / {b}": list(steps[a] - steps[b]) for a, b in PAIRS}
    lm = "Levenberg-Marquardt"
    others = [m for m in steps if not m.startswith(lm)]
    for unit, lg in (("", steps), (", seconds", seconds)):
        best = np.min([lg[m] for m in others], axis=0)
        out[f"lg best other / {lm}{unit}"] = list(best - lg[lm])
    order = [steps[m] for m in (lm, "gradient descent", "Quickprop", "BFGS")]
    return out, float(np.all(np.diff(order, axis=0) > 0, axis=0).mean())


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first: medians, and ranges over the starts."""
    head = ["problem", "method", "rate", "arrived", "iterations", "evaluations"]
    errors = ["error half way", "at the end", "test error", "wrong"]
    out = [[*head, "CPU seconds", *errors]]
    for row in result["table"]:
        runs = row["runs"]
        some = [run for run in runs if run["arrived"]]
        rates = sorted({run["rate"] for run in runs if run["rate"] is not None})
        out.append(
            [
                {"plane": "points", "digits": "images"}[row["problem"]],
                row["method"],
                ", ".join(f"{rate:g}" for rate in rates),
                f"{len(some)} of {len(runs)}",
                *(
                    spread([run[key] for run in some])
                    for key in (
                        *("iterations", "evaluations", "seconds"),
                        *("half_way", "train", "test_error"),
                    )
                ),
                spread([100 * run["test_wrong"] for run in some], " %"),
            ]
        )
    return out


PAIRS = (
    ("gradient descent", "Quickprop"),
    ("gradient descent", "Rprop"),
    ("Quickprop", "gradient descent"),
    ("BFGS", "gradient descent"),
    ("momentum", "Nesterov"),
    ("Nesterov, printed", "Nesterov"),
)


def _chosen(starts: list[list[Row]], budget: int) -> list[Row]:
    """Each start's run at the rate with the least median over the other starts."""
    cost = np.array(
        [[r["iterations"] if r["arrived"] else budget for r in s] for s in starts]
    )
    picks = chosen_by_others(-cost, "median")
    return [runs[pick] for runs, pick in zip(starts, picks, strict=True)]


def _lg(runs: list[Row], key: str, missing: float | None) -> np.ndarray:
    """lg of a cost per start; what did not arrive costs ``missing``, or 2¹⁰ seconds."""
    values = [run[key] if run["arrived"] else (missing or 1024.0) for run in runs]
    return np.log2(np.maximum(values, 1e-4))


def _round(x: float) -> float | None:
    return float(f"{x:.5g}") if np.isfinite(x) else None


def _problem(problem: str, seed: int, train: int) -> tuple[Any, Any, np.ndarray]:
    if problem == "plane":
        data = plane_problem()
        hidden = [Dense(2, 12), Activation(tanh), Dense(12, 8), Activation(tanh)]
        net = Sequential([*hidden, Dense(8, 1), Activation(logistic)])
        return (
            NetworkObjective(net, data.x_train, data.t_train),
            NetworkObjective(net, data.x_test, data.t_test),
            plane_start(seed),
        )
    images, labels = digits()
    x = images.reshape(-1, 64)
    net = Sequential([Dense(64, 16), Activation(tanh), Dense(16, 10)])
    return (
        NetworkObjective(net, x[:train], labels[:train], CrossEntropy()),
        NetworkObjective(net, x[1200:], labels[1200:], CrossEntropy()),
        net.init(np.random.default_rng(seed)),
    )
