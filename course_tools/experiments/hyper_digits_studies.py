"""The studies of the checklist on digits: (train, network, start, settings) -> runs.

``train`` is `hyper_digits_runs.train` on the experiment's samples.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from course_lib.tuning import diagnose, random_points, search_plan
from course_tools.experiments.hyper_digits_runs import read_range
from course_tools.experiments.rules import roughness

Row = dict[str, Any]
Run = Callable[..., Row]
CHANCE = float(np.log(10))  # a failed run's loss: that of an answer by chance
NETS = ("dense", "conv")
POLICIES = ("constant", "step", "one cycle")


def _clock(train: Run, net: str, seed: int, settings: Row) -> list[Row]:
    """Three policies, rates and lengths."""
    return [
        {"policy": policy, "rate": rate, "length": name}
        | train(net, seed, rate, policy, epochs=epochs)
        for policy in POLICIES
        for rate in settings["rates"]
        for name, epochs in settings["lengths"].items()
    ]


def _range(train: Run, net: str, seed: int, settings: Row) -> list[Row]:
    """Range tests; for the first network also what its readings are worth."""
    out, more = [], ("1 layer", "4 layers", "4 layers, normalised")
    epochs = settings["lengths"]["quarter"]
    for name in (net, *(more if net == "dense" else ())):
        found, risen = read_range(name, seed, settings)
        out.append({"of": name, "tenth": float(found.tenth), "risen": risen})
    out[0]["constant"] = train(net, seed, out[0]["tenth"], epochs=epochs)
    out[0]["one cycle"] = train(net, seed, out[0]["risen"], "one cycle", epochs=epochs)
    return out


def _batch(train: Run, net: str, seed: int, settings: Row) -> list[Row]:
    """Sizes at one rate and at rates proportional to them; equal epochs, equal time."""
    out = []
    for batch, (name, policy, rate) in product(
        settings["batches"],
        (
            ("constant, same rate", "constant", lambda B: 0.1),
            ("constant, rate by batch", "constant", lambda B: 0.001 * B),
            ("one cycle, same rate", "one cycle", lambda B: 1.0),
            ("one cycle, equal time", "one cycle", lambda B: 1.0),
        ),
    ):
        epochs = settings["lengths"]["quarter"]
        if "time" in name:
            epochs = settings["equal_time"][net][str(batch)]
        looks = range(1, epochs + 1)
        run = train(
            net, seed, rate(batch), policy, epochs=epochs, batch=batch, looks=looks
        )
        curve = _capped(run.pop("history"))[:, 1]
        rough = roughness(curve)
        out.append({"batch": batch, "name": name, "rough": rough} | run)
    return out


def _momentum(train: Run, net: str, seed: int, settings: Row) -> list[Row]:
    """Constant momenta at one rate and at one effective rate; rates for three."""
    short, whole = settings["short"], settings["lengths"]["half"]
    out = []
    for mu, name in product(settings["momenta"], ("rate", "effective rate")):
        rate = 0.1 if name == "rate" else 1 - mu
        run = train(net, seed, rate, mu=mu, epochs=whole, looks=(short, whole))
        first = train(net, seed, rate, mu=mu, epochs=short)
        curve = _capped(run.pop("history"))[:, 1].tolist()
        row = {"mu": mu, "same": name, "short": first["validation"]}
        out.append(row | {"losses": curve} | run)
    for mu, rate in product((0.0, 0.9, 0.99), settings["fine_rates"]):
        run = train(net, seed, rate, mu=mu, epochs=short)
        out.append({"mu": mu, "same": "nothing", "rate": rate} | run)
    return out


def _moving(train: Run, net: str, seed: int, settings: Row) -> list[Row]:
    """Cycles with a moving and with constant momenta, up to too large rates."""
    pairs = ((0.95, 0.85), (0.95, 0.95), (0.9, 0.9), (0.85, 0.85))
    short = settings["short"]
    out = [
        {"momenta": list(pair), "top": top}
        | train(net, seed, top, "one cycle", momenta=pair, epochs=short)
        for pair, top in product(pairs, settings["tops"])
    ]
    epochs = settings["lengths"]["quarter"]
    run = train(net, seed, 4.0, "one cycle", low=0.1, epochs=epochs)
    return [*out, {"momenta": None, "top": 4.0} | run]


def _decay(train: Run, net: str, seed: int, settings: Row) -> list[Row]:
    """All data and one cycle; then 200 samples by rate, depth, classes and noise."""
    epochs = settings["lengths"]["quarter"]
    out = [
        {"case": "all", "decay": decay}
        | train(net, seed, 1.0, "one cycle", decay=decay, epochs=epochs)
        for decay in settings["light_decays"]
    ]
    cases: list[tuple[str, str, float, Row]] = [
        (f"rate {rate:g}", net, rate, {}) for rate in (0.1, 0.3, 1.0)
    ]
    cases.append(("noise", net, 0.1, {"noise": 0.3}))
    cases.append(("3 classes", net, 0.1, {"rows": "200 of 3 classes"}))
    if net == "dense":
        cases += [(name, name, 0.03, {}) for name in ("1 layer", "4 layers")]
    few: Row = {"rows": "200", "epochs": settings["lengths"]["whole"], "batch": 50}
    return out + [
        {"case": case, "decay": decay}
        | train(name, seed, rate, decay=decay, **few | more)
        for (case, name, rate, more), decay in product(cases, settings["decays"])
    ]


def _early(train: Run, net: str, seed: int, settings: Row) -> list[Row]:
    """Random settings; losses on the way."""
    rng, looks = np.random.default_rng([seed, 3]), settings["looks"]
    points = random_points(
        *(rng, settings["points"]),
        rate=(0.003, 3),
        forget=(0.01, 0.3),
        decay=(1e-5, 1e-1),
    )
    out = []
    for p in points:
        more = {"mu": 1 - p["forget"], "decay": p["decay"]}
        run = train(net, seed, p["rate"], epochs=looks[-1], looks=looks, **more)
        out.append({"history": _capped(run["history"])[:, 1].tolist()})
    return out


def _capacity(train: Run, net: str, seed: int, settings: Row) -> list[Row]:
    """One hidden layer of several widths on 200 samples, long enough to fit them."""
    epochs = settings["capacity_epochs"]
    more: Row = {"rows": "200", "batch": 50, "decay": 0.0}
    return [
        {"width": width} | train(f"width {width}", seed, 0.03, epochs=epochs, **more)
        for width in settings["widths"]
    ]


def _reading(train: Run, net: str, seed: int, settings: Row) -> list[Row]:
    """Four runs made to show four findings; the advice taken, by the test loss."""
    epochs = settings["reading_epochs"]
    cases: dict[str, tuple[str, float, str]] = {
        "underfitting": ("dense", 0.001, "all"),
        "plateau": ("dense", 0.05, "all"),
        "overfitting": ("4 layers", 0.03, "200"),
        "diverging": ("1 layer", 10.0, "all"),
    }
    out = []
    for made, (name, rate, rows) in cases.items():
        more: Row = {"rows": rows, "batch": 50, "decay": 0.0}
        looks = range(epochs + 1)
        run = train(name, seed, rate, epochs=epochs, looks=looks, **more)
        seen, held = np.array(run.pop("history")).T
        found = diagnose(seen, held).finding
        after = None
        if made in ("underfitting", "diverging"):
            rate *= 10 if made == "underfitting" else 0.1
            after = train(name, seed, rate, epochs=epochs, **more)["test_loss"]
        if made == "overfitting":
            stop = max(int(held.argmin()), 1)
            after = train(name, seed, rate, epochs=stop, **more)["test_loss"]
        row = {"made": made, "found": found, "test_loss": run["test_loss"]}
        out.append(row | {"after": after})
    return out


def _checklist(train: Run, net: str, seed: int, settings: Row) -> list[Row]:
    """The whole list; random search and a grid of rates with as many epochs; the test.

    All of them set one cycle of the same length; every epoch spent is counted.
    """
    short, final = settings["short"], settings["lengths"]["half"]
    tested = settings["range_steps"] / 10  # in epochs
    usual = {"rate": read_range(net, seed, settings)[1], "batch": 100, "decay": 1e-4}

    def loss(chosen: Row) -> float:
        run = train(net, seed, policy="one cycle", epochs=short, **chosen)
        return float(run["loss"])

    best, cycles = _walked(usual, loss, net, settings)
    spent = {"range test alone": tested, "checklist": tested + short * cycles}
    trials = round(spent["checklist"] / short)
    grid = [usual | {"rate": float(r)} for r in np.geomspace(0.03, 10, trials)]
    ways: dict[str, Row] = {
        "range test alone": usual,
        "checklist": best,
        "random search": min(_drawn(seed, trials), key=loss),
        "grid of rates": min(grid, key=loss),
    }
    return [
        {"way": way, "epochs": spent.get(way, float(trials * short)), "chosen": chosen}
        | train(net, seed, policy="one cycle", epochs=final, **chosen)
        for way, chosen in ways.items()
    ]


def _walked(
    usual: Row, loss: Callable[[Row], float], net: str, settings: Row
) -> tuple[Row, int]:
    """(what the list chooses after the range test, short cycles that it took)."""
    plan = search_plan(*settings["plan"][net])
    decays = list(plan[3]["weight_decay"])
    pairs = [(0.95, 0.85), *((mu, mu) for mu in plan[2]["mu"])]
    lists: tuple[tuple[str, Any], ...] = (
        ("batch", settings["checklist_batches"]),
        ("momenta", pairs),
        ("decay", decays),
    )
    best, cycles = dict(usual), 0
    for key, values in lists:
        losses = {value: loss(best | {key: value}) for value in values}
        best[key] = min(losses, key=lambda value: losses[value])
        cycles += len(values)
    first, second = sorted(decays, key=lambda value: losses[value])[:2]
    if first and second:  # a half-decade between the best two
        middle, cycles = float(np.sqrt(first * second)), cycles + 1
        if loss(best | {"decay": middle}) < losses[first]:
            best["decay"] = middle
    return best, cycles


def _drawn(seed: int, trials: int) -> list[Row]:
    """The points of the random search."""
    points = random_points(
        *(np.random.default_rng([seed, 4]), trials),
        rate=(0.03, 10),
        forget=(0.01, 0.15),
        decay=(1e-6, 1e-2),
        batch=(50, 200),
    )
    return [
        {
            "rate": p["rate"],
            "momenta": (1 - p["forget"],) * 2,
            "decay": p["decay"],
            "batch": round(p["batch"]),
        }
        for p in points
    ]


def _capped(history: Any) -> Any:
    """Losses, those of failed runs as chance."""
    return np.minimum(np.nan_to_num(history, nan=CHANCE, posinf=CHANCE), CHANCE)


STUDIES = {
    "clock": _clock,
    "range": _range,
    "batch": _batch,
    "momentum": _momentum,
    "moving": _moving,
    "decay": _decay,
    "early": _early,
    "capacity": _capacity,
    "reading": _reading,
    "checklist": _checklist,
}
USES = {name: NETS for name in STUDIES} | {"capacity": NETS[:1], "reading": NETS[:1]}
