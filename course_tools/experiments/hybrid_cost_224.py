"""What one step costs on a network for 224 × 224 colour images, method by method."""

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.activations import logistic, relu
from course_lib.layers import Activation, Conv2d, Dense, Flatten, MaxPool2d
from course_lib.losses import SquaredError
from course_lib.networks.sequential import Sequential
from course_lib.objectives import NetworkObjective
from course_lib.optim import Adam, Hybrid, LevenbergMarquardt
from course_lib.optim.hybrid import boundary_by_rule, first_dense
from course_lib.optim.levenberg_marquardt import routes

Row = dict[str, Any]
METHODS: dict[str, Any] = {
    "Adam": Adam(),
    "Levenberg-Marquardt on the head": LevenbergMarquardt(),
    "hybrid": Hybrid(),
    "Levenberg-Marquardt": LevenbergMarquardt(),
}


def jobs(settings: Row) -> list[Row]:
    """One per method and batch."""
    return [
        {"method": method, "batch": batch}
        for method in METHODS
        for batch in settings["batches"][method]
    ]


def network(settings: Row) -> Sequential:
    """Convolutions 3 × 3 with ReLU, each pooled 2 × 2; logistic dense layers."""
    layers: list[Any] = []
    channels, side = 3, settings["side"]
    for kernels in settings["kernels"]:
        layers += [Conv2d(channels, kernels, 3, padding=1), Activation(relu)]
        layers.append(MaxPool2d(2))
        channels, side = kernels, side // 2
    layers.append(Flatten())
    inputs = channels * side**2
    for units in settings["dense"]:
        layers += [Dense(inputs, units), Activation(logistic)]
        inputs = units
    return Sequential(layers, (3, settings["side"], settings["side"]))


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """CPU seconds (median of some) and peak bytes of a step; bytes planned by route."""
    net = network(settings)
    rng = np.random.default_rng(0)
    theta = net.init(rng)
    x = rng.random((job["batch"], *net.input_shape))
    t = np.eye(settings["dense"][-1])[rng.integers(0, settings["dense"][-1], len(x))]
    method, loss = METHODS[job["method"]], SquaredError("sum")
    trunk, head = net.split(first_dense(net))
    if "head" in job["method"]:
        x, theta, net = trunk.predict(theta[: trunk.size], x), theta[trunk.size :], head
    objective = NetworkObjective(net, x, t, loss)

    def step() -> None:
        if isinstance(method, Adam):
            g = objective.value_and_gradient(theta)[1]
            method.update(theta, g, method.init(theta))
        else:
            method.step(theta, objective, method.init(theta))

    seconds = [_seconds(step)]
    while len(seconds) < settings["repeats"] and seconds[0] < 5:
        seconds.append(_seconds(step))
    row: Row = {
        "seconds": round(float(np.median(seconds)), 4),
        "peak_MB": round(_peak(step) / 1e6, 1),
        "input_MB": round(x.nbytes / 1e6, 1),
        "parameters": {"all": trunk.size + head.size, "head": head.size},
    }
    if "Levenberg" in job["method"]:
        found = routes(objective.linearize(theta))
        row["route"] = found[0].name
        row["planned_MB"] = {route.name: round(route.bytes / 1e6, 1) for route in found}
    return row


def report(rows: list[Row], settings: Row) -> Row:
    """Bytes that the paper's way needs, and what was measured."""
    net = network(settings)
    whole, head = (rows[0]["parameters"][key] for key in ("all", "head"))
    step = {(row["method"], row["batch"]): row for row in rows}
    both = [b for b in settings["batches"]["hybrid"] if ("Adam", b) in step]
    numbers = {
        "parameters": whole,
        "parameters of the head": head,
        "units of the head": sum(settings["dense"]),
        "boundary by the rule is the first dense layer": float(
            boundary_by_rule(net) == first_dense(net)
        ),
        "GB of the head's normal matrix": 8 * head**2 / 1e9,
        "GB of the whole normal matrix": 8 * whole**2 / 1e9,
    }
    samples = {
        "seconds of a hybrid step per Adam's": [
            step["hybrid", b]["seconds"] / step["Adam", b]["seconds"] for b in both
        ]
    }
    return {"numbers": numbers, "samples": samples, "table": rows}


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first; what does not fit is not run."""
    out = [["one step of", "images", "way", "CPU seconds", "peak memory"]]
    for row in result["table"]:
        way = {"dual": "J Jᵀ", "primal": "Jᵀ J"}.get(row.get("route"), "–")
        out.append(
            [
                row["method"],
                str(row["batch"]),
                row["route"] if way == "–" and "route" in row else way,
                f"{row['seconds']:.2g}",
                _bytes(row["peak_MB"]),
            ]
        )
        if "primal" in row.get("planned_MB", {}) and row["route"] != "primal":
            planned = f"not run: {_bytes(row['planned_MB']['primal'])} planned"
            out.append([row["method"], str(row["batch"]), "Jᵀ J", "–", planned])
    return out


def _seconds(step: Callable[[], None]) -> float:
    begin = time.process_time()
    step()
    return time.process_time() - begin


def _peak(step: Callable[[], None]) -> int:
    """Of what NumPy allocates during the step, its input not counted."""
    tracemalloc.start()
    try:
        step()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _bytes(MB: float) -> str:
    for unit in ("MB", "GB"):
        if MB < 1000:
            return f"{MB:.3g} {unit}"
        MB /= 1000
    return f"{MB:.3g} TB"
