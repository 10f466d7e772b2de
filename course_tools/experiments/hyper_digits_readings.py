"""From the runs of a study to what the claims ask: samples, one value per start.

A reading takes the runs of all studies of one network, by study and start, and the
settings; it gives its samples by name and its lines of the book's table.
"""

from itertools import product
from typing import Any

import numpy as np

from course_tools.experiments.hyper_digits_studies import POLICIES
from course_tools.experiments.rules import chosen_by_others, spread

Row = dict[str, Any]
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
    picks = chosen_by_others(held)
    rates = settings["rates"]
    return tests[range(len(held)), picks], [rates[pick] for pick in picks]


def _best(starts: list[list[Row]], key: str, **which: Any) -> Any:
    """(starts,): log10 of the setting ``key`` with the lowest validation loss."""
    losses, values = _of(starts, "loss", **which), _of(starts, key, **which)
    return np.log10(np.take_along_axis(values, losses.argmin(axis=1)[:, None], 1)[:, 0])


def _clock(studies: Studies, settings: Row) -> Found:
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


def _range(studies: Studies, settings: Row) -> Found:
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


def _batch(studies: Studies, settings: Row) -> Found:
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


def _momentum(studies: Studies, settings: Row) -> Found:
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


def _moving(studies: Studies, settings: Row) -> Found:
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


def _decay(studies: Studies, settings: Row) -> Found:
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
    forgetting = best["rate 0.1"] - best["rate 1"] - 1  # of rate times decay
    out["log10 of best forgetting, rate 0.1 over rate 1"] = forgetting
    return out, table


def _early(studies: Studies, settings: Row) -> Found:
    out: dict[str, list[float]] = {}
    for runs in studies["early"]:
        losses = np.array([run["history"] for run in runs])
        for k, share in enumerate(("a twentieth", "a tenth", "a quarter", "half")):
            name = f"rank correlation after {share} of the epochs"
            out.setdefault(name, []).append(_tau(losses[:, k], losses[:, -1]))
    return out, []


def _capacity(studies: Studies, settings: Row) -> Found:
    starts, out, table = studies["capacity"], {}, []
    for key in ("validation", "loss"):
        found = np.array([_of(starts, key, width=w) for w in settings["widths"]]).T
        up = found if key == "validation" else -found
        here = found[range(len(found)), chosen_by_others(up)]
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


def _reading(studies: Studies, settings: Row) -> Found:
    named, helped = [], []
    for runs in studies["reading"]:
        named.append(np.mean([run["made"] == run["found"] for run in runs]))
        taken = [run for run in runs if run["after"] is not None]
        helped.append(np.mean([run["after"] < run["test_loss"] for run in taken]))
    return {
        "share of runs named as made": named,
        "share of advice that helps": helped,
    }, []


def _checklist(studies: Studies, settings: Row) -> Found:
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


READINGS = {
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
