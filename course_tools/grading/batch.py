"""Many submissions: run them in worker processes, yield their records.

Jobs in, records out, both plain data. A worker is a process of its own with one thread
and one warm process of each assignment; it gets no database and no output folder. One
that dies or hangs costs its own job a second try and nothing else. ``run_here`` does
the same in this process, ``cluster`` on many machines.
"""

import contextlib
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from socket import socketpair

from course_tools.errors import CourseError
from course_tools.grading import sandbox, session
from course_tools.grading.collect import Job
from course_tools.grading.judge import (
    Record,
    grade_answers,
    grade_submission,
    no_marks,
    unmarked,
)
from course_tools.grading.sources import Source, load_source

SPARE_S = 60.0  # beyond the limits of a submission before a worker counts as hung


def preflight(source: Source, seed: int) -> None:
    """The solution must score full and the release zero, or nothing is graded."""
    full = grade_answers(source, source.solutions, seed=seed)
    lost = [
        f"{q.name} ({q.for_author or q.status})"
        for q in full.questions
        if q.score != q.max_score
    ]
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


_sources: dict[Path, tuple[int, Source]] = {}


def _source(path: Path) -> Source:
    """The source, read again when its file has changed."""
    stamp = path.stat().st_mtime_ns
    if path not in _sources or _sources[path][0] != stamp:
        _sources[path] = stamp, load_source(path)
    return _sources[path][1]


def run_job(job: Job) -> Record:
    """Grade one submission in this process."""
    source = _source(job.source)
    if sandbox.level() == "none" and not job.unwalled:
        return fault(job, "no sandbox on this machine; see 'course doctor'")
    if job.path is None:
        return _unmarked(job, "missing", "no notebook was handed in")
    return grade_submission(
        source,
        job.path,
        seed=job.seed,
        limits=job.limits,
        questions=job.questions,
        student=job.student,
        repairs=job.notes,
    )


def fault(job: Job, reason: str) -> Record:
    """A record that says the grader failed; the mark is open."""
    return _unmarked(job, "grader_fault", reason)


def _unmarked(job: Job, status: str, reason: str) -> Record:
    return unmarked(
        _source(job.source),
        status,
        reason,
        student=job.student,
        repairs=job.notes,
        seed=job.seed,
    )


def checked(record: Record, job: Job) -> Record:
    """The record, if it is one of this job with marks that can be; else a fault.

    What comes from another process or machine is looked at before it is written.
    """
    asked = no_marks(_source(job.source), "missing", "")
    limits = {question.name: question.max_score for question in asked}
    fits = (record.student, record.assignment) == (job.student, job.assignment)
    for question in record.questions:
        score = 0.0 if question.score is None else question.score
        most = limits.get(question.name, -1.0)
        fits = fits and math.isfinite(score) and 0 <= score <= most
    return record if fits else fault(job, "a worker sent a record that cannot be")


# --- worker processes -----------------------------------------------------------------


def work(descriptor: int, folder: str) -> None:
    """The loop of a worker process; its files lie in one folder its lane removes."""
    tempfile.tempdir = folder
    with Connection(descriptor) as pipe, contextlib.suppress(*_HUNG_UP):
        while (job := pipe.recv()) is not None:
            try:
                record = run_job(job)
            except Exception as error:  # a bug of ours must not end the batch
                record = fault(job, f"{type(error).__name__}: {error}"[:500])
            pipe.send(record)
    session.close_all()
    shutil.rmtree(folder, ignore_errors=True)


_HUNG_UP = (EOFError, OSError, KeyboardInterrupt)  # nobody waits for records any more


class Lane:
    """One worker process and the job it has."""

    def __init__(self) -> None:
        ours, theirs = socketpair()
        self.folder = tempfile.mkdtemp(prefix="course-worker-")
        call = f"work({theirs.fileno()}, {self.folder!r})"
        code = f"from course_tools.grading.batch import work; {call}"
        threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=os.environ | dict.fromkeys(threads, "1"),
            )
        self.pipe = Connection(ours.detach())
        self.job: Job | None = None
        self.attempt = 0
        self.until = 0.0

    def give(self, job: Job, attempt: int = 1) -> None:
        """Start on a job."""
        self.job, self.attempt = job, attempt
        self.until = time.monotonic() + job.limits.total_s + SPARE_S
        self.pipe.send(job)

    def take(self) -> Record | None:
        """The record of its job if it is ready; OSError if none will come."""
        assert self.job is not None
        if self.pipe.poll():
            try:
                record: Record = self.pipe.recv()
            except EOFError:
                raise OSError("the grading process died") from None
            job, self.job = self.job, None
            return checked(record, job)
        if time.monotonic() > self.until:
            raise OSError("the grading process did not finish")
        return None

    def end(self, kill: bool = False) -> None:
        """End the process, what it started, and its files."""
        with contextlib.suppress(OSError):
            if not kill:
                self.pipe.send(None)
        self.pipe.close()
        try:
            self.process.wait(0 if kill else 5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def run_here(jobs: Sequence[Job]) -> Iterator[Record]:
    """Records of all jobs, graded in this process one after the other."""
    for job in jobs:
        try:
            yield run_job(job)
        except Exception as error:  # a bug of ours must not end the batch
            yield fault(job, f"{type(error).__name__}: {error}"[:500])


def run_jobs(jobs: Sequence[Job], lanes: int) -> Iterator[Record]:
    """Records of all jobs as they are ready, from so many worker processes.

    No worker takes a job from another; the one that has died or hangs is replaced.
    """
    waiting = [(job, 1) for job in reversed(jobs)]
    pool = [Lane() for _ in range(max(1, min(lanes, len(jobs))))]
    try:
        while waiting or any(lane.job for lane in pool):
            for number, lane in enumerate(pool):
                if lane.job is None and waiting:
                    job, attempt = waiting.pop()
                    try:
                        lane.give(job, attempt)
                    except OSError:  # it died while idle
                        lane.end(kill=True)
                        pool[number] = lane = Lane()
                        lane.give(job, attempt)
            wait([lane.pipe for lane in pool if lane.job], timeout=1.0)
            for number, lane in enumerate(pool):
                if lane.job is None:
                    continue
                job, attempt = lane.job, lane.attempt
                try:
                    record = lane.take()
                except OSError as problem:
                    lane.end(kill=True)
                    pool[number] = Lane()
                    if attempt == 1:
                        waiting.append((job, 2))
                        continue
                    record = fault(job, f"{problem}, twice")
                if record is not None:
                    yield record
    finally:
        for lane in pool:
            lane.end()
