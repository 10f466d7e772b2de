"""A noisy sine forecast by LSTM and GRU: the paper's methods, and lines to beat."""

import functools
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.datasets import Split, noisy_sine
from course_lib.layers import Dense
from course_lib.layers.recurrent import GRU, LSTM
from course_lib.losses import SquaredError
from course_lib.networks.sequential import Sequential
from course_lib.training import fit
from course_tools.experiments import dirichlet_arms as arms
from course_tools.experiments.dirichlet_table_1 import short
from course_tools.experiments.rules import spread

Row = dict[str, Any]
CELLS: dict[str, Any] = {"LSTM": LSTM, "GRU": GRU}
KEYS = {"test": "MSE", "validation": "validation", "epochs_to_target": "epochs"}
COLUMNS = {
    "test": "test error",
    "train": "training error",
    "epochs_to_target": "epochs to the target error",
    "seconds": "CPU seconds",
}
SHOWN = ("SGDM", "Adam", "NGDM-Dir, printed", "NGDM-Dir, printed, longer")
LINES = ("AR", "seasonal", "mean")


@dataclass(frozen=True)
class Last:
    """The last state of a recurrent layer: the same formulas, computed by torch."""

    layer: Any

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The layer's."""
        shapes: dict[str, tuple[int, ...]] = self.layer.shapes()
        return shapes

    def init(self, rng: Any) -> dict[str, Any]:
        """The layer's."""
        params: dict[str, Any] = self.layer.init(rng)
        return params

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """(H,)."""
        return (self.layer.units,)

    def forward(
        self, params: Row, x: Any, *, training: bool = False, rng: Any = None
    ) -> tuple[Any, Any]:
        """(h_T, cache)."""
        import torch

        zero = torch.zeros(1, len(x), self.layer.units, dtype=x.dtype)
        with torch.enable_grad():
            weights = [p.detach().requires_grad_() for p in params.values()]
            options = (weights, True, 1, 0.0, False, False, True)
            if isinstance(self.layer, LSTM):
                h = torch._VF.lstm(x, (zero, zero), *options)[0][:, -1]
            else:
                h = torch._VF.gru(x, zero, *options)[0][:, -1]
        return h.detach(), (h, weights)

    def backward(self, params: Row, cache: Any, grad_y: Any) -> tuple[Any, Row]:
        """(None, gradients): it is the first layer."""
        import torch

        h, weights = cache
        grads = torch.autograd.grad(h, weights, grad_y)
        return None, dict(zip(params, grads, strict=True))


def network(cell: str, settings: Row) -> Sequential:
    """Recurrent layer, last state, linear output."""
    units = settings["units"]
    layers = [Last(CELLS[cell](1, units)), Dense(units, 1)]
    return Sequential(layers, (settings["window"], 1))


def jobs(settings: Row) -> list[Row]:
    """One per kind of unit, arm, trial and start."""
    return [
        {"cell": cell} | job
        for cell in settings["cells"]
        for job in arms.jobs(settings)
    ]


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """Errors after training; some seconds, so it needs no checkpoint."""
    import torch

    torch.set_num_threads(1)

    like = arms.on("cpu")
    net, rng = network(job["cell"], settings), np.random.default_rng(job["seed"])
    theta = like(net.init(rng))
    parts = [(like(x), like(t)) for x, t in _parts(job["seed"], settings)]
    epochs = settings["longer"].get(job["arm"], settings["epochs"])
    begin = time.process_time()
    run = fit(
        *(net, theta, *parts[0], SquaredError(), arms.rule(job, settings, net, like)),
        epochs=epochs,
        batch_size=settings["batch"],
        rng=rng,
        **arms.schedule(job, settings),
    )
    row: Row = {"seconds": round(time.process_time() - begin, 2)}
    curve = [short(2 * value) for value in run.history.value]
    arrived = arms.arrival(curve, settings["target"])
    finite = len(curve) == epochs + 1
    row |= {
        "train": curve[-1],
        "epochs_to_target": arrived if finite else float(epochs),
    }
    for name, (x, t) in zip(("validation", "test"), parts[1:], strict=True):
        said = net.predict(run.theta, x)
        row[name] = short(float(((said - t) ** 2).mean()))
    if job["seed"] == settings["seeds"][0]:
        row["forecast"] = _round(said[: settings["shown"], 0])
    return row | {"curve": curve}


def report(rows: list[Row], settings: Row) -> Row:
    """Per kind of unit every arm at its chosen trial; the lines to beat; forecasts."""
    lines = {seed: baselines(seed, settings) for seed in settings["seeds"]}
    samples = {
        f"{line}, MSE": [short(_mse(lines[s][line], lines[s]["value"])) for s in lines]
        for line in LINES
    }
    numbers = {"floor": settings["noise"] ** 2}
    table, drawn = [], {}
    for cell in settings["cells"]:
        mine = [row for row in rows if row["cell"] == cell]
        net = network(cell, settings)
        found = arms.report(mine, settings, net, KEYS, lower=True)
        samples |= {f"{cell}: {name}": v for name, v in found["samples"].items()}
        numbers |= {f"{cell}: {name}": v for name, v in found["numbers"].items()}
        drawn[cell] = {
            row["chosen_for"]: row["forecast"]
            for row in found["table"]
            if row["chosen_for"] in SHOWN and "forecast" in row
        }
        table += [
            {k: v for k, v in r.items() if k != "forecast"} for r in found["table"]
        ]
        best = arms.best_of_all(mine, settings, lower=True)
        ahead = np.subtract([run["test"] for run in best], samples["AR, MSE"])
        samples[f"{cell}: best arm minus AR"] = np.round(ahead, 7).tolist()
        blocks = "NGDM-GenDir, printed minus NGDM-GenDir blocks, printed, MSE"
        size = np.abs(samples[f"{cell}: {blocks}"]).tolist()
        samples[f"{cell}: size of diagonal minus blocks"] = size
    first = lines[settings["seeds"][0]]
    drawn["lines"] = {k: _round(v[: settings["shown"]]) for k, v in first.items()}
    return {"numbers": numbers, "samples": samples, "table": table, "forecasts": drawn}


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first: medians, and ranges over the starts."""
    out = []
    for cell in result["settings"]["cells"]:
        mine = {"table": [row for row in result["table"] if row["cell"] == cell]}
        head, *body = arms.summary(mine, COLUMNS)
        out += [[f"{cell}, {name}", *cells] for name, *cells in body]
    for line in LINES:
        values = spread(result["samples"][f"{line}, MSE"])
        out.append([f"line to beat: {line}", "", values, "", "", ""])
    floor = f"{result['numbers']['floor']:g}"
    return [head, *out, ["variance of the noise", "", floor, "", "", ""]]


def baselines(seed: int, settings: Row) -> dict[str, np.ndarray]:
    """On a start's test part: the value, the clean sine, and three simple forecasts."""
    (x, t), _, (unseen, value) = _parts(seed, settings)
    lagged, later = (np.hstack([a[:, :, 0], np.ones((len(a), 1))]) for a in (x, unseen))
    whole = np.concatenate([t for _, t in _parts(seed, settings)])[:, 0]
    at = len(whole) - len(value) + np.arange(len(value))
    period = settings["period"]
    return {
        "value": value[:, 0],
        "sine": np.sin(2 * np.pi * (settings["window"] + at) / period),
        "AR": (later @ np.linalg.lstsq(lagged, t, rcond=None)[0])[:, 0],
        "seasonal": whole[at - period],
        "mean": np.full(len(value), t.mean()),
    }


@functools.cache
def _series(seed: int, noise: float, length: int, period: float, window: int) -> Split:
    rng = np.random.default_rng([seed, 1])
    return noisy_sine(rng, noise, length, period, window, train=window + 1)


def _parts(seed: int, settings: Row) -> list[tuple[np.ndarray, np.ndarray]]:
    """Windows and targets for training, validation and test, one after another."""
    a, b, c = (settings[k] for k in ("train", "validation", "tests"))
    window = settings["window"]
    length = window + a + b + c
    split = _series(seed, settings["noise"], length, settings["period"], window)
    x = np.concatenate([split.x_train, split.x_test])
    t = np.concatenate([split.t_train, split.t_test])
    cuts = ((0, a), (a, a + b), (a + b, a + b + c))
    return [(x[i:j], t[i:j]) for i, j in cuts]


def _mse(said: np.ndarray, value: np.ndarray) -> float:
    return float(np.mean((said - value) ** 2))


def _round(values: Any) -> list[float]:
    return [round(float(v), 3) for v in values]
