"""Grading: hostile notebooks beside plain nbgrader, and what the engine costs.

    course bench grading [--repeats 30] [--without-nbgrader]

Each notebook of the hostile fixtures is marked by our engine and by plain nbgrader
(its API in one warm process, immediate shutdown of kernels). All forged answers to
question 1 are wrong, so more than 5 of 6 points is a forged pass. Then the cost: CPU
seconds of one submission of the first assignment above running the same cells in a
warm process, alternating. Writes benchmarks/results/grading.json.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from course_tools.assignments import notebooks  # noqa: E402
from course_tools.grading import sandbox  # noqa: E402
from course_tools.grading.judge import (  # noqa: E402
    Limits,
    grade_submission,
    load_source,
)
from tests.course_tools.grading_fixtures import hostile, tiny  # noqa: E402

FAMILIES = {
    "good": hostile.good,
    "forged": hostile.forged,
    "crashing": hostile.crashing,
    "damaged": hostile.damaged,
}
LIMITS = Limits(cell_s=5, question_s=5, total_s=60, memory_mb=1024)


def ours(source):
    """family -> case -> status, mark and the mark it must get, by our engine."""
    table = {}
    for family, cases in FAMILIES.items():
        for name, (data, status, score) in cases().items():
            record = grade_submission(source, data, seed=11, limits=LIMITS)
            row = {"status": record.status, "score": record.score}
            row |= {"expected_status": status, "expected_score": score}
            table.setdefault(family, {})[name] = row
    return table


def plain_nbgrader(folder):
    """family -> case -> mark by nbgrader, or what became of the submission."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    from nbgrader.api import Gradebook, MissingEntry
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    notebooks.write(folder / "source" / "tiny" / "tiny.ipynb", tiny.notebook())
    config = Config()
    config.CourseDirectory.root = str(folder)
    config.Execute.timeout = 5
    config.Execute.shutdown_kernel = "immediate"
    api = NbGraderAPI(config=config)
    made = api.generate_assignment("tiny")
    assert made["success"], made
    table = {}
    for family, cases in FAMILIES.items():
        for name, (data, _, expected) in cases().items():
            place = folder / "submitted" / name / "tiny"
            place.mkdir(parents=True)
            (place / "tiny.ipynb").write_bytes(data)
            began = time.perf_counter()
            result = api.autograde("tiny", name)
            seconds = time.perf_counter() - began
            log = result.get("log") or ""
            with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
                try:
                    score = book.find_submission("tiny", name).score
                except MissingEntry:
                    score = None
            what = "graded" if result["success"] else "dropped"
            if not result["success"] and "schema" in log.lower():
                what = "stops the batch"
            row = {"outcome": what, "score": score, "expected_score": expected}
            table.setdefault(family, {})[name] = {**row, "seconds": round(seconds, 2)}
            print(f"  nbgrader {family}/{name}: {what} {score}", flush=True)
    return table


def cost(repeats):
    """CPU and wall seconds of a submission by the engine and in a warm process."""
    import numpy as np

    from course_lib import check

    path = notebooks.find_source("ps01_hodgkin_huxley", ROOT)
    source = load_source(path)
    data = path.read_bytes()
    cells = [
        (cell.role, compile(cell.source, cell.name, "exec"))
        for cell in source.cells
        if cell.kind == "code" and cell.role in ("locked", "solution", "test")
    ]

    def warm_process():
        names = {"__name__": "__main__"}
        for role, code in cells:
            if role == "test":
                names["rng"] = np.random.default_rng(1)
            exec(code, names)
            check.unblock()
        return 0.0

    def engine():
        record = grade_submission(source, data, seed=3)
        assert record.score == record.max_score
        return record.cpu_s  # of the student's process; the judge's is ours

    warm_process(), engine()
    walls = {"warm": [], "engine": []}
    cpus = {"warm": [], "engine": []}
    for _ in range(repeats):  # alternating, so that both see the same load
        for name, work in (("warm", warm_process), ("engine", engine)):
            cpu, wall = time.process_time(), time.perf_counter()
            elsewhere = work()
            walls[name].append(time.perf_counter() - wall)
            cpus[name].append(time.process_time() - cpu + elsewhere)
    middle = {
        name: {
            "wall_s": round(statistics.median(walls[name]), 4),
            "cpu_s": round(statistics.median(cpus[name]), 4),
        }
        for name in walls
    }
    own = middle["engine"]["cpu_s"] - middle["warm"]["cpu_s"]
    return {
        "assignment": source.assignment,
        "repeats": repeats,
        "medians": middle,
        "own_cpu_s": round(own, 4),
    }


def main():
    """Run both parts and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--without-nbgrader", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = load_source(tiny.source(folder / "course"))
        engine = ours(source)
        plain = {} if options.without_nbgrader else plain_nbgrader(folder / "nbgrader")
    rows = [row for family in engine.values() for row in family.values()]
    forged = [r for r in engine["forged"].values() if r["score"] > r["expected_score"]]
    lost = [r for r in rows if r["score"] < r["expected_score"]]
    theirs = [
        name
        for name, row in plain.get("forged", {}).items()
        if row["score"] is not None and row["score"] > row["expected_score"]
    ]
    import nbgrader
    import numpy

    result = {
        "command": "course bench grading " + " ".join(sys.argv[1:]),
        "versions": {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "nbgrader": nbgrader.__version__,
        },
        "threads": 1,
        "device": f"{platform.machine()}, {os.cpu_count()} cores",
        "sandbox": sandbox.level(),
        "summary": {
            "cases": len(rows),
            "forged_passes": len(forged),
            "good_answers_that_lost_marks": len(lost),
            "forged_passes_plain_nbgrader": theirs,
        },
        "cost": cost(options.repeats),
        "engine": engine,
        "plain_nbgrader": plain,
    }
    path = ROOT / "benchmarks" / "results" / "grading.json"
    text = json.dumps(result, indent=1, sort_keys=True) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    print(json.dumps({k: result[k] for k in ("summary", "cost")}, indent=1))


if __name__ == "__main__":
    main()
