"""Many submissions: find them, run them in worker processes, yield their records.

Jobs in, records out. A job is plain data and a record is plain data, so the pool here
can be replaced by a cluster. Workers get no database and no output folder; one that
dies or hangs costs its own job a second try and nothing else.
"""

import contextlib
import datetime
import hashlib
import json
import multiprocessing
import multiprocessing.connection
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_tools.errors import CourseError
from course_tools.grading import session
from course_tools.grading.judge import (
    Limits,
    Record,
    _nothing,
    grade_answers,
    grade_submission,
)
from course_tools.grading.notebooks import Source, load_source

SPARE_S = 60.0  # beyond the limits of a submission before a worker counts as hung


@dataclass(frozen=True)
class Job:
    """One submission to grade; ``path`` is None if nothing was handed in."""

    student: str
    assignment: str
    source: Path
    path: Path | None
    seed: int
    handed_in: datetime.datetime | None = None  # the collector's time, UTC, naive
    notes: tuple[str, ...] = ()
    questions: tuple[str, ...] | None = None
    limits: Limits = field(default_factory=Limits)


# --- finding submissions --------------------------------------------------------------


def find_jobs(
    folder: Path,
    sources: dict[str, Source],
    secret: int,
    *,
    students: Sequence[str] | None = None,
    roster: Sequence[str] = (),
    questions: Sequence[str] | None = None,
) -> tuple[list[Job], list[str]]:
    """The jobs of ``folder/<student>/<assignment>/*.ipynb`` and what fits nowhere."""
    folders = [p.name for p in folder.iterdir() if p.is_dir() and p.name[0] != "."]
    present = sorted(name for name in folders if name.isprintable())
    unmatched = [
        f"{name!a}: the name of this folder cannot be written"
        for name in folders
        if not name.isprintable()
    ]
    expected = sorted({*present, *roster})
    if students is not None:
        expected = [name for name in expected if name in students]
    if roster:
        unmatched += [f"{s}: not in the roster" for s in present if s not in roster]
    jobs = []
    for student in expected:
        here = folder / student
        for name, source in sources.items():
            path, notes = _notebook(here / name, source)
            handed_in = _stamp(here / name, notes) if path else None
            jobs.append(
                Job(
                    student=student,
                    assignment=name,
                    source=source.path,
                    path=path,
                    seed=_seed(secret, student, name),
                    handed_in=handed_in,
                    notes=tuple(notes),
                    questions=tuple(questions) if questions else None,
                )
            )
        if here.is_dir():
            unmatched += [
                f"{student}/{p.name}: no assignment of this name"
                for p in sorted(here.iterdir())
                if p.name not in sources and not p.name.startswith(".")
            ]
    return jobs, unmatched


def course_secret(out: Path) -> int:
    """The secret seed beside the results; a new one where there is none."""
    path = out / "secret_seed"
    try:
        return int(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return secrets.randbits(60)
    except (OSError, ValueError):
        raise CourseError(
            f"{path} should hold one number; delete it for a new one"
        ) from None


def keep_secret(out: Path, secret: int) -> None:
    """Store the secret seed, readable by its owner only."""
    path = out / "secret_seed"
    if not path.exists():
        out.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(f"{secret}\n", encoding="utf-8")


def _seed(secret: int, student: str, assignment: str) -> int:
    text = json.dumps([secret, student, assignment]).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:7], "big")


def _notebook(folder: Path, source: Source) -> tuple[Path | None, list[str]]:
    """The notebook to grade in a student's folder, and what was odd about it."""
    notes: list[str] = []
    if not folder.is_dir():
        return None, notes
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".ipynb":
            continue
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):
            notes.append(
                f"{path.name!a} is no ordinary file (a link, a pipe); left out"
            )
        else:
            found.append(path)
    exact = [path for path in found if path.name == source.path.name]
    if exact:
        others = [ascii(path.name) for path in found if path not in exact]
        if others:
            notes.append(
                "other notebooks beside it were left out: " + ", ".join(others)
            )
        return exact[0], notes
    if not found:
        return None, notes
    chosen = max(
        found, key=lambda path: (_resemblance(path, source), path.stat().st_mtime)
    )
    called = "".join(c if c.isprintable() else "?" for c in chosen.name)
    notes.append(f"the file is called {called}, expected {source.path.name}")
    if len(found) > 1:
        notes.append(f"chosen among {len(found)} notebooks by its cells")
    return chosen, notes


def _stamp(folder: Path, notes: list[str]) -> datetime.datetime | None:
    """What nbgrader's collector wrote beside the notebook; it compares this text."""
    path = folder / "timestamp.txt"
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        text = path.read_text(encoding="utf-8")[:100].strip()
    except (OSError, UnicodeDecodeError):
        return None
    from nbgrader.utils import parse_utc

    try:
        moment: datetime.datetime = parse_utc(text)
    except (ValueError, OverflowError, TypeError):
        notes.append("timestamp.txt holds no time; ignored")
        return None
    return moment


def _resemblance(path: Path, source: Source) -> int:
    with contextlib.suppress(OSError):
        text = path.read_bytes()[: 1 << 22]
        return sum(f'"{cell.name}"'.encode() in text for cell in source.cells)
    return 0


# --- running them ---------------------------------------------------------------------


def preflight(source: Source, seed: int) -> None:
    """The solution must score full and the release zero, or nothing is graded."""
    full = grade_answers(source, source.solutions, seed=seed)
    lost = [f"{q.name} ({q.reason or q.status})" for q in full.questions if _lost(q)]
    if lost:
        raise CourseError(
            f"the solution of {source.assignment} does not pass its own tests: "
            f"{', '.join(lost)}; mend {source.path} before grading"
        )
    empty = grade_answers(source, source.stubs, seed=seed)
    if empty.score:
        free = ", ".join(q.name for q in empty.questions if q.score)
        raise CourseError(
            f"an untouched {source.assignment} already scores in {free}; mend the "
            f"tests in {source.path} before grading"
        )


def _lost(question: Any) -> bool:
    return bool(question.score != question.max_score)


_sources: dict[Path, Source] = {}


def run_job(job: Job) -> Record:
    """Grade one submission in this process."""
    if job.source not in _sources:
        _sources[job.source] = load_source(job.source)
    source = _sources[job.source]
    if job.path is None:
        return _absent(job, source)
    return grade_submission(
        source,
        job.path,
        seed=job.seed,
        limits=job.limits,
        questions=job.questions,
        student=job.student,
        repairs=job.notes,
    )


def _absent(job: Job, source: Source) -> Record:
    return Record(
        student=job.student,
        assignment=job.assignment,
        notebook=source.path.stem,
        status="missing",
        score=0.0,
        max_score=sum(cell.points for cell in source.of("test")),
        questions=_nothing(source, "missing", "nothing was handed in"),
        repairs=job.notes,
        seconds=0.0,
        peak_mb=0.0,
        sha256="",
        seed=job.seed,
        reason="no notebook was handed in",
    )


def _fault(job: Job, reason: str) -> Record:
    source = load_source(job.source)
    why = "the grader failed; the mark is open"
    return Record(
        student=job.student,
        assignment=job.assignment,
        notebook=source.path.stem,
        status="grader_fault",
        score=0.0,
        max_score=sum(cell.points for cell in source.of("test")),
        questions=_nothing(source, "grader_fault", why),
        repairs=job.notes,
        seconds=0.0,
        peak_mb=0.0,
        sha256="",
        seed=job.seed,
        reason=reason,
    )


def _work(pipe: Any, folder: str) -> None:
    """The loop of a worker process; its files lie in one folder its lane removes."""
    tempfile.tempdir = folder
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    try:
        while True:
            job = pipe.recv()
            if job is None:
                break
            try:
                record = run_job(job)
            except Exception as error:  # a bug of ours must not end the batch
                record = _fault(job, f"{type(error).__name__}: {error}"[:500])
            pipe.send(record)
    except (EOFError, OSError, KeyboardInterrupt):
        pass  # nobody waits for records any more
    finally:
        session.close_all()


class _Lane:
    """One worker process and the job it has."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.folder = tempfile.mkdtemp(prefix="course-worker-")
        arguments = (theirs, self.folder)
        self.process = context.Process(target=_work, args=arguments, daemon=True)
        self.process.start()
        theirs.close()
        self.job: Job | None = None
        self.attempt = 0
        self.until = 0.0

    def give(self, job: Job, attempt: int) -> None:
        self.job, self.attempt = job, attempt
        self.until = time.monotonic() + job.limits.total_s + SPARE_S
        self.pipe.send(job)

    def end(self) -> None:
        with contextlib.suppress(OSError):
            self.pipe.send(None)
        self.pipe.close()
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        shutil.rmtree(self.folder, ignore_errors=True)


def run_jobs(jobs: Sequence[Job], lanes: int) -> Iterator[Record]:
    """Records of all jobs as they are ready, from so many worker processes.

    No worker takes a job from another; the one that has died or hangs is replaced.
    """
    waiting = [(job, 1) for job in reversed(jobs)]
    pool = [_Lane() for _ in range(max(1, min(lanes, len(jobs))))]
    try:
        while waiting or any(lane.job for lane in pool):
            for number, lane in enumerate(pool):
                if lane.job is None and waiting:
                    job, attempt = waiting.pop()
                    try:
                        lane.give(job, attempt)
                    except OSError:  # it died while idle
                        lane.end()
                        pool[number] = lane = _Lane()
                        lane.give(job, attempt)
            pipes = [lane.pipe for lane in pool if lane.job]
            multiprocessing.connection.wait(pipes, timeout=1.0)
            for number, lane in enumerate(pool):
                if lane.job is None:
                    continue
                job, attempt = lane.job, lane.attempt
                died = ""
                if lane.pipe.poll():
                    try:
                        record = lane.pipe.recv()
                        lane.job = None
                        yield record
                        continue
                    except (EOFError, OSError):
                        died = "the grading process died"
                elif time.monotonic() > lane.until:
                    died = "the grading process did not finish"
                if died:
                    lane.process.kill()
                    lane.end()
                    pool[number] = _Lane()
                    if attempt == 1:
                        waiting.append((job, 2))
                    else:
                        yield _fault(job, f"{died}, twice")
    finally:
        for lane in pool:
            lane.end()
