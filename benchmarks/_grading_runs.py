"""Whole runs of ``course grade``: what they cost, and what never changes their marks.

``kills``: SIGKILL of one process of a run at a random moment, then ``--resume``.
``places``: the same class into both databases from one process, a pool and a cluster.
"""

import contextlib
import hashlib
import importlib
import itertools
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from course_tools import cli
from course_tools.grading import sandbox
from tests.course_tools.grading_fixtures import services, tiny

SECRET = "12345"  # one seed of all inputs, so that marks can be compared
ATTEMPTS = 20  # at a moment that finds its victim
VICTIMS = ("grader", "worker", "zygote", "jail")


# --- a class and its run ------------------------------------------------------------


def good():
    """The bytes of a notebook with full marks."""
    return json.dumps(tiny.hand_in()).encode()


def hand_in(folder, data, size):
    """A class of so many, who hand in ``data`` in turns."""
    for number in range(size):
        place = folder / f"s{number:04}" / "tiny"
        place.mkdir(parents=True)
        (place / "tiny.ipynb").write_bytes(data[number % len(data)])


def start(root, submissions, out, *more):
    """The command in a process of its own, which notes the memory it took."""
    words = ["grade", submissions, "--course", root, "--out", out, *more]
    code = (  # a process counts as its own peak what its parent had when it began
        "from course_tools.cli import main; from pathlib import Path; code = main()"
        "; peak = Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0]"
        f"; Path({str(out / 'peak')!r}).write_text(peak); raise SystemExit(code)"
    )
    command = [sys.executable, "-c", code, *map(str, words)]
    env = os.environ | {"TMPDIR": str(root)}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env=env)


def graded(root, submissions, out, *more):
    """Wall seconds of a whole run, its records, and its peak in MB."""
    began = time.perf_counter()
    more = more or ("--jobs", "2")
    code = start(root, submissions, out, *more).wait()
    wall = time.perf_counter() - began
    assert code == 0, f"course grade ended with {code}"
    return wall, records_of(out), round(int((out / "peak").read_text()) / 1024)


def records_of(out):
    """student -> the line of the journal."""
    lines = (out / "records.jsonl").read_text(encoding="utf-8").split("\n")
    return {line["student"]: line for line in map(json.loads, filter(None, lines))}


def left_over(folder):
    """Processes and files of workers that are still there."""
    processes = []
    for path in Path("/proc").glob("[0-9]*"):
        if f"{folder}/course-" in services.cmdline(path.name):
            processes.append(int(path.name))
    return processes, [path.name for path in folder.glob("course-*")]


# --- marks --------------------------------------------------------------------------


def marks(records):
    """What a record says but for seconds and memory."""
    keys = "status score max_score reason repairs sha256 seed".split()
    return {
        student: [record[key] for key in keys]
        + [[q[k] for k in ("name", "score", "status", "reason")] for q in questions]
        for student, record in records.items()
        for questions in [record["questions"]]
    }


def gradebook(url):
    """Every mark and every flag of the gradebook."""
    from nbgrader.api import Grade, Gradebook

    with Gradebook(url) as book:
        return sorted(
            (
                grade.notebook.assignment.student_id,
                grade.name,
                grade.auto_score,
                grade.max_score_gradecell,
                grade.needs_manual_grade,
            )
            for grade in book.db.query(Grade)
        )


def pages(out):
    """A digest of all that goes back to students."""
    digest = hashlib.sha256()
    for path in sorted((*out.glob("feedback/**/*"), *out.glob("autograded/**/*"))):
        if path.is_file():
            digest.update(str(path.relative_to(out)).encode() + path.read_bytes())
    return digest.hexdigest()


def everything(out, url=""):
    """All that two runs of a class must have in common."""
    book = gradebook(url or f"sqlite:///{out / 'gradebook.db'}")
    return {"marks": marks(records_of(out)), "gradebook": book, "pages": pages(out)}


# --- kill -9 ------------------------------------------------------------------------


def _begin(folder, out, *more):
    """The command in a fork of this process, which has imported what it needs."""
    words = ["grade", folder / "s", "--course", folder, "--out", out, "--jobs", "2"]
    words += ["--seed", SECRET, *more]
    run = multiprocessing.get_context("fork").Process(
        target=_grade, args=(folder, list(map(str, words)))
    )
    run.start()
    return run


def _grade(folder, words):
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), None
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(cli.main(words))


def _done(run):
    run.join()
    return run.exitcode


def kills(folder, each, seed, size=60):
    """Marks after SIGKILL of each kind of process at random moments and --resume."""
    from tests.course_tools.grading_fixtures import cunning, hostile

    print(f"seed {seed}", flush=True)
    rng = random.Random(seed)
    tiny.source(folder)
    cases = {**hostile.forged(), **hostile.crashing(), **hostile.damaged()}
    cases |= cunning.cases()
    quick = [
        data
        for data, status, _ in cases.values()
        if status not in ("timeout", "memory")
    ]
    class_ = [
        rng.choice(quick) if number % 5 == 4 else good() for number in range(size)
    ]
    hand_in(folder / "s", class_, size)
    importlib.import_module("course_tools.grading.run")
    importlib.import_module("nbgrader.api")
    began, whole = time.perf_counter(), folder / "whole"
    assert _done(_begin(folder, whole)) == 0
    wall = time.perf_counter() - began
    expected = everything(whole)
    print(f"undisturbed: {wall:.1f} s", flush=True)
    table = {}
    for victim in VICTIMS:
        rows = []
        for number in range(each):
            out = folder / f"{victim}{number}"
            row, below = _killed(rng, victim, wall, folder, out)
            row["whole_without_resume"] = (
                row["ended_with"] == 0 and everything(out) == expected
            )
            row["resume_ended_with"] = _done(_begin(folder, out, "--resume"))
            found = everything(out)
            row["differs"] = [key for key in expected if found[key] != expected[key]]
            row["processes_left"] = len(_wait_for_end(below))
            print(f"  {victim}: {json.dumps(row)}", flush=True)
            rows.append(row)
        table[victim] = rows
    flat = list(itertools.chain(*table.values()))
    return {
        "seed": seed,
        "submissions": size,
        "hostile": size // 5,
        "resumes_that_failed": sum(row["resume_ended_with"] != 0 for row in flat),
        "undisturbed_s": round(wall, 1),
        "kills": {victim: len(rows) for victim, rows in table.items()},
        "marks_that_differ": sum(bool(row["differs"]) for row in flat),
        "processes_left": sum(row["processes_left"] for row in flat),
        "whole_without_resume": sum(row["whole_without_resume"] for row in flat),
        "each": table,
    }


def _killed(rng, victim, wall, folder, out):
    """Start a run and kill a process of this kind at a random moment of it.

    What was killed and when, and the processes there were.
    """
    for _ in range(ATTEMPTS):
        moment = rng.uniform(0, wall)
        run = _begin(folder, out)
        began = time.monotonic()
        time.sleep(moment)
        while run.is_alive():
            below = services.descendants(run.pid)
            chosen = _choose(rng, victim, run.pid)
            if chosen:
                pid, name = chosen
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    row = {"moment_s": round(time.monotonic() - began, 3)}
                    return row | {"killed": name, "ended_with": _done(run)}, below
        shutil.rmtree(out)
    raise AssertionError(f"no {victim} was met in {ATTEMPTS} runs")


def _choose(rng, victim, pid):
    """A process of a run of one kind, if there is one now, and what it is."""
    if victim == "grader":
        return pid, "grader"
    found = [entry for entry in _kinds(pid) if entry[1].split(":")[0] == victim]
    return rng.choice(found) if found else None


def _kinds(pid, zygotes=0):
    """Processes below one, each with what it is.

    Behind bubblewrap a warm process waits for the one that forks; its children are the
    student and the first process of the student's namespace.
    """
    own = 2 if sandbox.level() == "bubblewrap" else 1
    for child in _children(pid):
        words = services.cmdline(child)
        below = zygotes
        if "batch import work" in words:
            yield child, "worker"
        elif "bwrap" in words:
            yield child, "jail: bubblewrap"
        elif "grading.zygote" in words:
            below += 1
            name = "zygote" if below == own else "jail: student"
            yield child, "jail: outer" if below < own else name
        elif zygotes:
            yield child, "jail: namespace"
        yield from _kinds(child, below)


def _children(pid):
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").glob("*"):
            yield from map(int, (task / "children").read_text().split())


def _wait_for_end(pids, seconds=30):
    """Those of a killed run's processes that are still there after a while."""
    until = time.monotonic() + seconds
    while True:
        left = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.05)


# --- databases and workers ----------------------------------------------------------


def places(folder, size, seed):
    """The same class from one process, a pool and a cluster into both databases."""
    from tests.course_tools.grading_fixtures import cunning, hostile

    tiny.source(folder)
    cases = {**hostile.forged(), **hostile.crashing(), **hostile.damaged()}
    cases = [data for data, _, _ in (cases | cunning.cases()).values()]
    random.Random(seed).shuffle(cases)
    each = itertools.cycle(cases)
    class_ = [next(each) if k % 20 == 19 else good() for k in range(size)]
    hand_in(folder / "s", class_, size)
    rows, runs = {}, {}
    with services.postgres() as server, services.cluster(folder) as (address, _):
        ways = {
            "process": ("--jobs", "0"),
            "pool": ("--jobs", "2"),
            "cluster": ("--scheduler", address),
        }
        for way, words in ways.items():
            for base in ("sqlite", "postgresql"):
                name = f"{way}, {base}"
                out = folder / f"{way}-{base}"
                url = f"sqlite:///{out / 'gradebook.db'}"
                if base == "postgresql":
                    url = _database(server, way)
                more = (*words, "--seed", SECRET, "--db", url)
                wall, records, peak = graded(folder, folder / "s", out, *more)
                assert len(records) == size
                runs[name] = everything(out, url)
                rows[name] = {"wall_s": round(wall, 1), "peak_mb": peak}
                print(f"  {name}: {rows[name]}", flush=True)
    first = next(iter(runs.values()))
    for name, found in runs.items():
        rows[name]["differs"] = [key for key in first if found[key] != first[key]]
        moved = [s for s in first["marks"] if found["marks"][s] != first["marks"][s]]
        rows[name]["moved"] = moved[:20]
        for student in moved[:5]:
            print(f"  {name}: {found['marks'][student]} {first['marks'][student]}")
    full = sum(first["marks"][f"s{k:04}"][1] == 6 for k in range(size) if k % 20 != 19)
    return {
        "submissions": size,
        "hostile": size // 20,
        "seed": seed,
        "good_with_full_marks": full,
        "marks_that_differ": sum(bool(row["differs"]) for row in rows.values()),
        "runs": rows,
    }


def _database(server, name):
    """URL of a new database on a server."""
    import psycopg

    url = server.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")
