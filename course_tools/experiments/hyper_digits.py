"""The checklist, claim by claim, on 8 × 8 digits: one job is a study from one start."""

import functools
import time
from typing import Any

from course_tools.experiments import hyper_digits_readings as readings
from course_tools.experiments import hyper_digits_runs as training
from course_tools.experiments import hyper_digits_studies as studies
from course_tools.experiments.rules import spread

Row = dict[str, Any]


def jobs(settings: Row) -> list[Row]:
    """One per study, network and start."""
    pairs = [(study, net) for study in studies.STUDIES for net in studies.USES[study]]
    return [
        {"study": study, "net": net, "seed": seed}
        for study, net in pairs
        for seed in settings["seeds"][: settings["starts"][net]]
    ]


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """{"runs": [...]}: what the study found, a row for each of its runs."""
    begin = time.process_time()
    run = functools.partial(training.train, rows=settings["samples"])
    runs = studies.STUDIES[job["study"]](run, job["net"], job["seed"], settings)
    return {"runs": runs, "seconds": round(time.process_time() - begin, 2)}


def report(rows: list[Row], settings: Row) -> Row:
    """Samples of all studies, the book's table, and seconds."""
    found: dict[str, dict[str, list[list[Row]]]] = {net: {} for net in studies.NETS}
    seconds: dict[str, float] = {}
    for row in rows:
        found[row["net"]].setdefault(row["study"], []).append(row["runs"])
        name = f"CPU seconds, {row['study']}"
        seconds[name] = round(seconds.get(name, 0.0) + row["seconds"], 1)
    samples: dict[str, list[float]] = {}
    table: list[Row] = []
    for net, known in found.items():
        for study in known:
            new, lines = readings.READINGS[study](known, settings)
            for name, values in new.items():
                samples[f"{net}: {name}"] = [round(float(v), 4) for v in values]
            table += [{"study": study, "network": net} | line for line in lines]
    return {"numbers": seconds, "samples": samples, "table": table}


def summary(result: Row) -> list[list[str]]:
    """The table of the book, head first: medians, and ranges over the starts."""
    out = [["study", "network", "setting", "epochs", "starts", "test accuracy, %"]]
    for row in result["table"]:
        texts = [row[key] for key in ("study", "network", "setting", "epochs")]
        out.append([*texts, str(len(row["test"])), spread(row["test"])])
    return out
