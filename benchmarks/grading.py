"""Grading: hostile notebooks beside plain nbgrader, and what the engine costs.

    course bench grading [--only cost --only mixed ...] [--repeats 200]

``engine``, ``plain_nbgrader``: each hostile notebook marked by us and by nbgrader (its
API in one warm process, immediate shutdown of kernels). ``cost``: CPU seconds of a
submission above running the same cells in a warm process, alternating. ``curve``: whole
runs of cells that cost nothing, up to 2000. ``mixed``: all hostile notebooks among good
ones in one run. ``kills``: SIGKILL of one process at random moments, then --resume.
``places``: the same class into two databases from one process, a pool, a cluster.
``against_nbgrader``: seconds a submission, blocks in turns. Writes
benchmarks/results/grading.json; --only keeps the parts it does not run.
"""

import argparse
import json
import multiprocessing
import os
import platform
import resource
import secrets
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _grading_runs import graded, hand_in, kills, left_over, places  # noqa: E402

from course_tools.assignments import notebooks  # noqa: E402
from course_tools.grading import sandbox, session  # noqa: E402
from course_tools.grading.judge import (  # noqa: E402
    Limits,
    grade_submission,
    load_source,
)
from tests.course_tools.grading_fixtures import cunning, hostile, tiny  # noqa: E402

FAMILIES = {
    "good": hostile.good,
    "forged": hostile.forged,
    "crashing": hostile.crashing,
    "damaged": hostile.damaged,
    "cunning": cunning.cases,
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
    for family, cases in list(FAMILIES.items())[:4]:  # those of the list of sixty
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


def plain_cost(source, data, repeats):
    """CPU and wall seconds of a submission by the engine and in a warm process."""
    import numpy as np

    from course_lib import check

    cells = [
        (cell.role, cell.source, cell.name)
        for cell in source.cells
        if cell.kind == "code" and cell.role in ("locked", "solution", "test")
    ]

    def warm_process():
        names = {"__name__": "__main__"}
        for role, text, name in cells:
            if role == "test":
                names["rng"] = np.random.default_rng(1)
            exec(compile(text, name, "exec"), names)
            check.unblock()
        return 0.0

    def engine():
        record = grade_submission(source, data, seed=3)
        assert record.score == record.max_score
        return record.cpu_s  # of the student's process; the judge's is ours

    contestants = {"warm": warm_process, "engine": engine}
    for work in contestants.values():
        work()
    walls = {name: [] for name in contestants}
    cpus = {name: [] for name in contestants}
    for _ in range(repeats):  # alternating, so that both see the same load
        for name, work in contestants.items():
            cpu, wall = time.process_time(), time.perf_counter()
            elsewhere = work()
            walls[name].append(time.perf_counter() - wall)
            cpus[name].append(time.process_time() - cpu + elsewhere)
    own = [a - b for a, b in zip(cpus["engine"], cpus["warm"], strict=True)]
    return {
        "repeats": repeats,
        "warm_cpu_s": round(statistics.median(cpus["warm"]), 4),
        "engine_cpu_s": round(statistics.median(cpus["engine"]), 4),
        "engine_wall_s": round(statistics.median(walls["engine"]), 4),
        "own_cpu_s": round(statistics.median(own), 4),
        "own_cpu_s_quartiles": [round(q, 4) for q in statistics.quantiles(own)[::2]],
    }


def cost(folder, repeats):
    """Own cost on two assignments, as they are and with torch imported besides."""
    table = {}
    for name in ("ps01_hodgkin_huxley", "ps04_backpropagation"):
        for extra in ("", "import torch"):
            notebook = notebooks.read(notebooks.find_source(name, ROOT))
            setup = next(c for c in notebook["cells"] if c.get("id") == "setup")
            setup["source"] += f"\n{extra}"
            path = folder / f"{name}.ipynb"
            notebooks.write(path, notebook)
            row = plain_cost(load_source(path), path.read_bytes(), repeats)
            table[f"{name}{' with torch' if extra else ''}"] = row
            session.close_all()
    return table


def curve(folder, sizes):
    """Seconds and memory of whole runs of cells that cost nothing, by size of class.

    One in twenty ends its own process; everybody must have his mark.
    """
    tiny.source(folder)
    good = json.dumps(tiny.hand_in()).encode()
    class_ = [good] * 19 + [hostile.crashing()["27_os_exit"][0]]
    rows = []
    for size in sizes:
        hand_in(folder / f"s{size}", class_, size)
        wall, records, peak = graded(folder, folder / f"s{size}", folder / f"o{size}")
        assert len(records) == size
        for number in range(size):
            score = records[f"s{number:04}"]["score"]
            assert score == (4 if number % 20 == 19 else 6), number
        rows.append({"submissions": size, "wall_s": round(wall, 1), "peak_mb": peak})
        print(f"  {size} submissions: {wall:.1f} s, {peak:.0f} MB", flush=True)
    if len(rows) > 1:
        first, last = rows[0], rows[-1]
        more = last["submissions"] - first["submissions"]
        rate = 60 * more / (last["wall_s"] - first["wall_s"])
        rows.append({"submissions_a_minute_beyond_start": round(rate)})
    return rows


def mixed(folder, good):
    """All hostile cases among good submissions in one run: who has which mark."""
    tiny.source(folder)
    cases = {k: v for family in FAMILIES.values() for k, v in family().items()}
    hand_in(folder / "s", [json.dumps(tiny.hand_in()).encode()], good)
    for number, (data, _, _) in enumerate(cases.values()):
        place = folder / "s" / f"h{number:04}" / "tiny"
        place.mkdir(parents=True)
        (place / "tiny.ipynb").write_bytes(data)
    wall, records, peak = graded(folder, folder / "s", folder / "o")
    scores = [score for _, _, score in cases.values()]
    forged = [
        name
        for number, (name, score) in enumerate(zip(cases, scores, strict=True))
        if score is not None and records[f"h{number:04}"]["score"] > score
    ]
    full = sum(records[f"s{k:04}"]["score"] == 6 for k in range(good))
    processes, files = left_over(folder)
    return {
        "good": good,
        "hostile": len(cases),
        "records": len(records),
        "good_with_full_marks": full,
        "forged": forged,
        "processes_left": len(processes),
        "files_left": files,
        "wall_s": round(wall, 1),
        "peak_mb": peak,
    }


def _nbgrader_lane(root, students, work, done):
    """One of nbgrader's processes: warm, its own course folder, blocks on request."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    notebooks.write(root / "source" / "tiny" / "tiny.ipynb", tiny.notebook())
    config = Config()
    config.CourseDirectory.root = str(root)
    config.Execute.shutdown_kernel = "immediate"
    api = NbGraderAPI(config=config)
    assert api.generate_assignment("tiny")["success"]
    hand_in(root / "submitted", [json.dumps(tiny.hand_in()).encode()], students)
    done.put("ready")
    while work.get():
        before = _cpu()
        for number in range(students):
            assert api.autograde("tiny", f"s{number:04}")["success"]
        done.put(_cpu() - before)


def _cpu():
    """CPU seconds of this process and of those it has waited for."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _spent(folder, submissions, count, out):
    """Wall and CPU seconds of a whole run."""
    before = _cpu()
    wall, records, _ = graded(folder, folder / submissions, folder / out)
    assert len(records) == count
    return wall, _cpu() - before + sum(r["cpu_s"] for r in records.values())


def against_nbgrader(folder, blocks, size, copies=25):
    """Seconds a submission, neither's start counted: ours is what a larger run takes
    more than a small one, nbgrader is warm in two processes.
    """
    context = multiprocessing.get_context("spawn")
    lanes = []
    for k in range(2):
        root = folder / f"n{k}"
        root.mkdir(parents=True)
        queues = context.Queue(), context.Queue()
        process = context.Process(
            target=_nbgrader_lane, args=(root, size // 2, *queues)
        )
        process.start()
        lanes.append((process, *queues))
    for _, _, done in lanes:
        done.get()
    tiny.source(folder)
    count = size * copies
    hand_in(folder / "few", [json.dumps(tiny.hand_in()).encode()], size)
    hand_in(folder / "s", [json.dumps(tiny.hand_in()).encode()], size + count)
    spent = {"ours": [], "nbgrader": []}
    cpu = {"ours": [], "nbgrader": []}
    for k in range(blocks):
        few = _spent(folder, "few", size, f"f{k}")
        many = _spent(folder, "s", size + count, f"o{k}")
        spent["ours"].append((many[0] - few[0]) / count)
        cpu["ours"].append((many[1] - few[1]) / count)
        began = time.perf_counter()
        for _, work, _ in lanes:
            work.put(True)
        cpu["nbgrader"].append(sum(done.get() for _, _, done in lanes) / size)
        spent["nbgrader"].append((time.perf_counter() - began) / size)
    for process, work, _ in lanes:
        work.put(False)
        process.join()
    ratios = [b / a for a, b in zip(spent["ours"], spent["nbgrader"], strict=True)]
    by_cpu = [b / a for a, b in zip(cpu["ours"], cpu["nbgrader"], strict=True)]
    return {
        "blocks": blocks,
        "ours_cpu_s": [round(x, 4) for x in cpu["ours"]],
        "nbgrader_cpu_s": [round(x, 3) for x in cpu["nbgrader"]],
        "times_less_cpu": round(statistics.median(by_cpu), 1),
        "ours_a_block": count,
        "nbgrader_a_block": size,
        "ours_s": [round(x, 4) for x in spent["ours"]],
        "nbgrader_s": [round(x, 3) for x in spent["nbgrader"]],
        "times_faster": round(statistics.median(ratios), 1),
        "counts": "neither's start; nbgrader in two warm processes",
    }


PATH = ROOT / "benchmarks" / "results" / "grading.json"
MARKS = {"kills", "places"}  # parts that are about marks, not about time


def main():
    """Run the parts and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 500, 2000])
    parser.add_argument("--good", type=int, default=100)
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--kills", type=int, default=10, help="of each kind")
    parser.add_argument("--class-size", type=int, default=2000, help="for places")
    parser.add_argument("--seed", type=int, help="of moments and classes")
    parser.add_argument("--only", action="append", help="a part; others are kept")
    options = parser.parse_args()
    result = json.loads(PATH.read_text(encoding="utf-8")) if options.only else {}
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    import nbgrader
    import numpy

    result |= {
        "command": "course bench grading",
        "versions": {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "nbgrader": nbgrader.__version__,
        },
        "threads": 1,
        "device": f"{platform.machine()}, {os.cpu_count()} cores",
        "sandbox": sandbox.level(),
    }
    if not options.only or set(options.only) - MARKS:
        result["load_at_start"] = round(os.getloadavg()[0], 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = {
            "engine": lambda: ours(load_source(tiny.source(folder / "course"))),
            "plain_nbgrader": lambda: plain_nbgrader(folder / "plain"),
            "cost": lambda: cost(folder, options.repeats),
            "curve": lambda: curve(folder / "curve", options.sizes),
            "mixed": lambda: mixed(folder / "mixed", options.good),
            "kills": lambda: kills(folder / "kills", options.kills, seed),
            "places": lambda: places(folder / "places", options.class_size, seed),
            "against_nbgrader": lambda: against_nbgrader(
                folder / "against", options.blocks, 8
            ),
        }
        for part, work in parts.items():
            if not options.only or part in options.only:
                print(part, flush=True)
                result[part] = work()
                session.close_all()
                text = json.dumps(result | {"summary": summary(result)}, indent=1)
                PATH.write_text(text + "\n", encoding="utf-8", newline="\n")
    print(json.dumps(summary(result), indent=1))


def summary(result):
    """The figures that matter, from the parts that were run."""
    rows = [r for family in result.get("engine", {}).values() for r in family.values()]
    plain = result.get("plain_nbgrader", {}).get("forged", {})
    marked = [r for r in rows if r["expected_score"] is not None]
    costs = {k: v["own_cpu_s"] for k, v in result.get("cost", {}).items()}
    return {
        "cases": len(rows),
        "forged_passes": sum(r["score"] > r["expected_score"] for r in marked),
        "answers_that_lost_marks": sum(
            r["score"] < r["expected_score"] for r in marked
        ),
        "forged_passes_plain_nbgrader": [
            name
            for name, row in plain.items()
            if row["score"] is not None and row["score"] > row["expected_score"]
        ],
        "own_cpu_s": costs,
        "kills_that_moved_a_mark": result.get("kills", {}).get("marks_that_differ"),
        "places_that_moved_a_mark": result.get("places", {}).get("marks_that_differ"),
        "times_faster_than_nbgrader": result.get("against_nbgrader", {}).get(
            "times_faster"
        ),
    }


if __name__ == "__main__":
    main()
