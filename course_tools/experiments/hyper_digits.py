"""The checklist, claim by claim, on 8 × 8 digits: one job is a study from one start."""

import functools
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import product
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
from course_lib.tuning import diagnose, random_points, search_plan
from course_tools.experiments.rules import roughness, spread

Row = dict[str, Any]
Run = Callable[..., Row]
LOSS = CrossEntropy()
CHANCE = float(np.log(10))  # a failed run's loss: that of an answer by chance
NETS = ("dense", "conv")
POLICIES = ("constant", "step", "one cycle")


def jobs(settings: Row) -> list[Row]:
    """One per study, network and start."""
    pairs = [(study, net) for study in STUDIES for net in NETS if net in USES[study]]
    return [
        {"study": study, "net": net, "seed": seed}
        for study, net in pairs
        for seed in settings["seeds"][: settings["starts"][net]]
    ]


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """{"runs": [...]}: what the study found, a row for each of its runs."""
    begin = time.process_time()
    run = functools.partial(train, rows=settings["samples"])
    runs = STUDIES[job["study"]](run, job["net"], job["seed"], settings)
    return {"runs": runs, "seconds": round(time.process_time() - begin, 2)}


# --------------------------------------------------------------------------------
# Networks, data, a run


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
    rng, rule = np.random.default_rng([seed, 1]), Momentum(rate, mu, weight_decay=decay)
    schedule: Any = None
    if policy == "step":
        schedule = step_decay(rate, 0.1, 2)
    if policy == "one cycle":
        schedule = one_cycle_linear(low or rate / 10, rate, momentum=momenta)
    state, k, steps, history = rule.init(theta), 0, epochs * -(-len(x) // batch), []
    if 0 in looks:
        history.append([E for E, _ in _ends(where, theta, rows)[:2]])
    begin, finite = time.process_time(), True
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(1, epochs + 1):
            for part in batches(len(x), batch, rng):
                now = replace(rule, **schedule(k / steps)) if schedule else rule
                seen, k = x[part], k + 1
                if noise:
                    seen = seen + noise * rng.standard_normal(
                        seen.shape, dtype=np.float32
                    )
                E, g = where.value_and_gradient(
                    theta, seen, t[part], LOSS, training=True
                )
                finite = bool(np.isfinite(E))
                if not finite:
                    break
                theta, state = now.update(theta, g, state)
            if not finite:
                break
            if epoch in looks:
                history.append([E for E, _ in _ends(where, theta, rows)[:2]])
        seconds = time.process_time() - begin
        row = _measured(where, theta, rows) if finite else _failed(where)
    history += [[np.inf, np.inf]] * (len(looks) - len(history))
    row["seconds"] = round(seconds, 3)
    return row | ({"history": history} if looks else {})


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


def _capped(history: Any) -> Any:
    """Losses, those of failed runs as chance."""
    return np.minimum(np.nan_to_num(history, nan=CHANCE, posinf=CHANCE), CHANCE)


# --------------------------------------------------------------------------------
# Studies: (how to train, network, start, settings) -> rows


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
    steps = settings["range_steps"]
    spent = dict.fromkeys(("range test alone", "checklist"), steps / 10)  # in epochs
    usual = {"rate": read_range(net, seed, settings)[1], "batch": 100, "decay": 1e-4}
    ways: dict[str, Row] = {"range test alone": usual}

    def loss(**chosen: Any) -> float:
        return float(
            train(net, seed, policy="one cycle", epochs=short, **chosen)["loss"]
        )

    best, plan = dict(usual), search_plan(*settings["plan"][net])
    decays = list(plan[3]["weight_decay"])
    pairs = [(0.95, 0.85), *((mu, mu) for mu in plan[2]["mu"])]
    lists: tuple[tuple[str, Any], ...] = (
        ("batch", settings["checklist_batches"]),
        ("momenta", pairs),
        ("decay", decays),
    )
    for key, values in lists:
        losses = {value: loss(**best | {key: value}) for value in values}
        best[key] = min(losses, key=lambda value: losses[value])
        spent["checklist"] += short * len(values)
    first, second = sorted(decays, key=lambda value: losses[value])[:2]
    if first and second:  # a half-decade between the best two
        middle = float(np.sqrt(first * second))
        best["decay"] = (
            middle if loss(**best | {"decay": middle}) < losses[first] else first
        )
        spent["checklist"] += short
    ways["checklist"] = best
    trials = round(spent["checklist"] / short)
    points = random_points(
        *(np.random.default_rng([seed, 4]), trials),
        rate=(0.03, 10),
        forget=(0.01, 0.15),
        decay=(1e-6, 1e-2),
        batch=(50, 200),
    )
    drawn = [
        {
            "rate": p["rate"],
            "momenta": (1 - p["forget"],) * 2,
            "decay": p["decay"],
            "batch": round(p["batch"]),
        }
        for p in points
    ]
    ways["random search"] = min(drawn, key=lambda chosen: loss(**chosen))
    grid = [usual | {"rate": float(r)} for r in np.geomspace(0.03, 10, trials)]
    ways["grid of rates"] = min(grid, key=lambda chosen: loss(**chosen))
    return [
        {"way": way, "epochs": spent.get(way, float(trials * short)), "chosen": chosen}
        | train(net, seed, policy="one cycle", epochs=final, **chosen)
        for way, chosen in ways.items()
    ]


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


# --------------------------------------------------------------------------------
# What the claims need: per study and network samples with one value per start, and
# rows of the book's table


def report(rows: list[Row], settings: Row) -> Row:
    """Samples of all studies, the book's table, and seconds."""
    found: dict[str, dict[str, list[list[Row]]]] = {net: {} for net in NETS}
    seconds: dict[str, float] = {}
    for row in rows:
        found[row["net"]].setdefault(row["study"], []).append(row["runs"])
        name = f"CPU seconds, {row['study']}"
        seconds[name] = round(seconds.get(name, 0.0) + row["seconds"], 1)
    samples: dict[str, list[float]] = {}
    table: list[Row] = []
    for net, studies in found.items():
        for study in studies:
            new, lines = READERS[study](studies, settings)
            for name, values in new.items():
                samples[f"{net}: {name}"] = [round(float(v), 4) for v in values]
            table += [{"study": study, "network": net} | line for line in lines]
    return {"numbers": seconds, "samples": samples, "table": table}


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first: medians, and ranges over the starts."""
    out = [["study", "network", "setting", "epochs", "test accuracy, %"]]
    for row in result["table"]:
        texts = [row[key] for key in ("study", "network", "setting", "epochs")]
        out.append([*texts, spread(row["test"])])
    return out


Found = tuple[dict[str, Any], list[Row]]
Studies = dict[str, list[list[Row]]]


def _of(starts: list[list[Row]], key: str = "test", **which: Any) -> Any:
    """(starts,) or (starts, matches): this of every run with these settings."""
    out = [
        [run[key] for run in runs if all(run.get(k) == v for k, v in which.items())]
        for runs in starts
    ]
    return (
        np.squeeze(np.array(out, float), axis=1) if len(out[0]) == 1 else np.array(out)
    )


def _tuned(studies: Studies, settings: Row, policy: str, length: str) -> Any:
    """(tests, rates): per start at the best mean validation of the other starts."""
    which = {"policy": policy, "length": length}
    held, tests = (_of(studies["clock"], k, **which) for k in ("validation", "test"))
    picks = [
        int(np.delete(held, i, axis=0).mean(axis=0).argmax()) for i in range(len(held))
    ]
    rates = settings["rates"]
    return tests[range(len(held)), picks], [rates[pick] for pick in picks]


def _best(starts: list[list[Row]], key: str, **which: Any) -> Any:
    """(starts,): log10 of the setting ``key`` with the lowest validation loss."""
    losses, values = _of(starts, "loss", **which), _of(starts, key, **which)
    return np.log10(np.take_along_axis(values, losses.argmin(axis=1)[:, None], 1)[:, 0])


def _read_clock(studies: Studies, settings: Row) -> Found:
    table, tests = [], {}
    for policy, length in product(POLICIES, settings["lengths"]):
        tests[policy, length], rates = _tuned(studies, settings, policy, length)
        names = ", ".join(f"{rate:g}" for rate in sorted(set(rates)))
        table.append(
            {
                "setting": f"{policy}, tuned: {names}",
                "epochs": str(settings["lengths"][length]),
                "test": tests[policy, length].tolist(),
            }
        )
    out = {
        f"one cycle minus {other}, {length}": tests["one cycle", length]
        - tests[other, length]
        for other, length in product(POLICIES[:2], settings["lengths"])
    }
    for length in settings["lengths"]:
        fixed = {
            (policy, rate): _of(
                studies["clock"], policy=policy, rate=rate, length=length
            )
            for policy, rate in (("step", 0.1), ("one cycle", 1.0), ("step", 0.005))
        }
        out[f"one cycle in {length} minus step in all"] = (
            tests["one cycle", length] - tests["step", "whole"]
        )
        out[f"printed rates, {length}"] = fixed["one cycle", 1.0] - fixed["step", 0.1]
        slow = _of(studies["clock"], policy="step", rate=0.005, length="whole")
        out[f"one cycle in {length} minus step at 0.005 in all"] = (
            fixed["one cycle", 1.0] - slow
        )
        for (policy, rate), test in fixed.items():
            epochs = str(settings["lengths"][length])
            line = {"setting": f"{policy} at {rate:g}", "epochs": epochs}
            table.append(line | {"test": test.tolist()})
    return out, table


def _read_range(studies: Studies, settings: Row) -> Found:
    first = [runs[0] for runs in studies["range"]]
    out: dict[str, Any] = {
        "turning rate": [10 * run["tenth"] for run in first],
        "largest rate": [run["risen"] for run in first],
    }
    for policy in ("constant", "one cycle"):
        ours = np.array([run[policy]["test"] for run in first])
        tuned = _tuned(studies, settings, policy, "quarter")[0]
        out[f"range test minus grid, {policy}"] = ours - tuned
    out["log10 of largest rate over 3"] = np.log10(np.array(out["largest rate"]) / 3)
    if len(studies["range"][0]) > 1:
        edge: dict[str, list[float]] = {
            run["of"]: [] for run in studies["range"][0][1:]
        }
        for runs in studies["range"]:
            for run in runs[1:]:
                edge[run["of"]].append(run["risen"])
        shallow, deep, normal = (np.array(values) for values in edge.values())
        out |= {f"largest rate, {name}": values for name, values in edge.items()}
        out["log10 of largest rate over 0.01, 1 layer"] = np.log10(shallow / 0.01)
        out["log10 of largest rates, deep over shallow"] = np.log10(deep / shallow)
        out["log10 of largest rates, normalised over plain"] = np.log10(normal / deep)
    return out, []


def _read_batch(studies: Studies, settings: Row) -> Found:
    starts, out, table = studies["batch"], {}, []
    usual = settings["batches"][2]
    for name in dict.fromkeys(run["name"] for run in starts[0]):
        base = _of(starts, batch=usual, name=name)
        for batch in settings["batches"]:
            test = _of(starts, batch=batch, name=name)
            epochs = settings["lengths"]["quarter"]
            if "time" in name:
                out[f"{name}, seconds with {batch}"] = _of(
                    starts, "seconds", batch=batch, name=name
                )
                epochs = "equal time"
            line = {"setting": f"batch {batch}, {name}", "epochs": str(epochs)}
            table.append(line | {"test": test.tolist()})
            if batch != usual:
                out[f"{name}, {batch} minus {usual}"] = test - base
        small, large = (
            _of(starts, "rough", batch=batch, name=name)
            for batch in settings["batches"][1:3]
        )
        out[f"{name}, roughness, half batch minus batch"] = small - large
    return out, table


def _read_momentum(studies: Studies, settings: Row) -> Found:
    starts, out, table = studies["momentum"], {}, []
    for same in ("rate", "effective rate"):
        short = {
            mu: _of(starts, "short", mu=mu, same=same) for mu in settings["momenta"]
        }
        out[f"0.9 minus 0.99 at equal {same}, short"] = short[0.9] - short[0.99]
        out[f"0.9 minus 0.97 at equal {same}, short"] = short[0.9] - short[0.97]
        out[f"0.9 minus 0 at equal {same}, short"] = short[0.9] - short[0.0]
        listed = [mu for mu in settings["momenta"] if mu >= 0.9]
        ends = [_losses(starts, mu, same) for mu in listed]
        out[f"rank correlation of momenta at equal {same}"] = [
            _tau(*np.array([end[i] for end in ends]).T) for i in range(len(starts))
        ]
        for mu in settings["momenta"]:
            line = {"setting": f"momentum {mu:g}, equal {same}"}
            line["epochs"] = str(settings["lengths"]["half"])
            table.append(line | {"test": _of(starts, mu=mu, same=same).tolist()})
    best = {mu: _best(starts, "rate", mu=mu, same="nothing") for mu in (0.0, 0.9, 0.99)}
    out["log10 of best rates, momentum 0.9 over 0.99"] = best[0.9] - best[0.99]
    out["log10 of best rates, momentum 0 over 0.9"] = best[0.0] - best[0.9]
    return out, table


def _losses(starts: list[list[Row]], mu: float, same: str) -> Any:
    """(starts, 2): validation loss of the short and the whole run."""
    return np.squeeze(_of(starts, "losses", mu=mu, same=same))


def _read_moving(studies: Studies, settings: Row) -> Found:
    starts, out = studies["moving"], {}
    kept = [[run for run in runs if run["momenta"]] for runs in starts]
    mean = {
        tuple(pair): _of(kept, "loss", momenta=pair).mean(axis=1)
        for pair in (run["momenta"] for run in kept[0])
    }
    failed = {
        tuple(pair): (_of(kept, "validation", momenta=pair) < 80).mean(axis=1)
        for pair in (run["momenta"] for run in kept[0])
    }
    moving = (0.95, 0.85)
    for mu in (0.95, 0.9, 0.85):
        out[f"loss, moving minus {mu:g}"] = mean[moving] - mean[mu, mu]
        out[f"share of failures, moving minus {mu:g}"] = failed[moving] - failed[mu, mu]
    far = _of(starts, "validation", momenta=None)
    out["one cycle from 0.1 to 4 fails"] = (far < 80).astype(float)
    return out, []


def _read_decay(studies: Studies, settings: Row) -> Found:
    starts, table = studies["decay"], []
    test = {d: _of(starts, case="all", decay=d) for d in settings["light_decays"]}
    for decay, values in test.items():
        line = {"setting": f"decay {decay:g}, one cycle 0.1 to 1"}
        line["epochs"] = str(settings["lengths"]["quarter"])
        table.append(line | {"test": values.tolist()})
    out: dict[str, Any] = {
        f"decay 0.0001 minus {decay:g}": test[1e-4] - values
        for decay, values in test.items()
        if decay != 1e-4
    }
    cases = dict.fromkeys(run["case"] for run in starts[0])
    best = {case: _best(starts, "decay", case=case) for case in cases if case != "all"}
    out |= {f"log10 of best decay, {case}": values for case, values in best.items()}
    pairs = [("rate 0.1", "rate 1"), ("3 classes", "rate 0.1"), ("rate 0.1", "noise")]
    pairs += [("1 layer", "4 layers")] if "1 layer" in best else []
    for first, second in pairs:
        out[f"log10 of best decays, {first} over {second}"] = best[first] - best[second]
    product_ = best["rate 0.1"] - best["rate 1"] - 1
    out["log10 of best forgetting, rate 0.1 over rate 1"] = product_
    return out, table


def _read_early(studies: Studies, settings: Row) -> Found:
    out: dict[str, list[float]] = {}
    for runs in studies["early"]:
        losses = np.array([run["history"] for run in runs])
        for k, share in enumerate(("a twentieth", "a tenth", "a quarter", "half")):
            name = f"rank correlation after {share} of the epochs"
            out.setdefault(name, []).append(_tau(losses[:, k], losses[:, -1]))
    return out, []


def _read_capacity(studies: Studies, settings: Row) -> Found:
    starts, out, table = studies["capacity"], {}, []
    for key in ("validation", "loss"):
        found = np.array([_of(starts, key, width=w) for w in settings["widths"]]).T
        up = found if key == "validation" else -found
        others = [
            np.delete(up, i, axis=0).mean(axis=0).argmax() for i in range(len(up))
        ]
        here = found[range(len(found)), others]
        name = "accuracy" if key == "validation" else "loss"
        out[f"{name} of the best width minus the widest's"] = here - found[:, -1]
        out[f"{name} of the best width minus the narrowest's"] = here - found[:, 0]
    seen = _of(starts, "train", width=settings["widths"][-1])
    out["training accuracy of the widest"] = seen
    for width in settings["widths"]:
        line = {"setting": f"{width} hidden units, 200 samples"}
        line["epochs"] = str(settings["capacity_epochs"])
        table.append(line | {"test": _of(starts, width=width).tolist()})
    return out, table


def _read_reading(studies: Studies, settings: Row) -> Found:
    named, helped = [], []
    for runs in studies["reading"]:
        named.append(np.mean([run["made"] == run["found"] for run in runs]))
        taken = [run for run in runs if run["after"] is not None]
        helped.append(np.mean([run["after"] < run["test_loss"] for run in taken]))
    return {
        "share of runs named as made": named,
        "share of advice that helps": helped,
    }, []


def _read_checklist(studies: Studies, settings: Row) -> Found:
    starts, table = studies["checklist"], []
    ways = [run["way"] for run in starts[0]]
    test = {way: _of(starts, way=way) for way in ways}
    out: dict[str, Any] = {
        f"epochs of the {ways[1]}": _of(starts, "epochs", way=ways[1])
    }
    for way, values in test.items():
        spent = spread(_of(starts, "epochs", way=way).tolist())
        line = {"setting": f"{way}, {spent} epochs spent before"}
        line["epochs"] = str(settings["lengths"]["half"])
        table.append(line | {"test": values.tolist()})
    for first, second in (
        ("checklist", "random search"),
        ("checklist", "grid of rates"),
        ("checklist", "range test alone"),
        ("range test alone", "random search"),
    ):
        out[f"{first} minus {second}"] = test[first] - test[second]
    return out, table


def _tau(a: Any, b: Any) -> float:
    """Kendall's rank correlation; 0 where one of them is constant."""
    from scipy.stats import kendalltau

    tau = float(kendalltau(a, b).statistic)
    return tau if np.isfinite(tau) else 0.0


READERS = {
    "clock": _read_clock,
    "range": _read_range,
    "batch": _read_batch,
    "momentum": _read_momentum,
    "moving": _read_moving,
    "decay": _read_decay,
    "early": _read_early,
    "capacity": _read_capacity,
    "reading": _read_reading,
    "checklist": _read_checklist,
}
