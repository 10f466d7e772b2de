"""One run of ``course grade``: what is left, what came of it, where it is written.

The journal ``records.jsonl`` is appended as records come, the gradebook is written one
submission at a time, so a killed run loses at most the submission it was writing, and
``--resume`` goes on. Work is the same while the file, the source, the engine and the
seed are.
"""

import dataclasses
import datetime
import functools
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from course_tools import digests
from course_tools.errors import CourseError
from course_tools.grading import batch, collect, reports, session
from course_tools.grading.collect import Due, Job
from course_tools.grading.gradebook import Writer
from course_tools.grading.judge import QuestionResult, Record
from course_tools.grading.sources import Source
from course_tools.grading.submission import contents

Key = tuple[str, str, str]
FAILED = ("grader_fault", "memory", "crashed", "timeout")  # what --only-failed takes up


def key(line: Mapping[str, Any]) -> Key:
    """By what a line of the journal replaces an earlier one."""
    return line["assignment"], line["student"], line["notebook"]


@dataclass
class Run:
    """What is known of the submissions, and where more is written."""

    sources: Mapping[str, Source]
    out: Path
    db_url: str | None = None
    due: Due = field(default_factory=dict)
    late: str = "none"
    unwalled: bool = False
    again: str = ""

    def __post_init__(self) -> None:
        lines = reports.read_journal(self.out / "records.jsonl")
        self.old = {key(line): line for line in lines}  # the last of a key counts
        self.lines = dict(self.old)
        self.jobs: dict[tuple[str, str], Job] = {}
        self.by_hand: dict[tuple[str, str], dict[str, float]] = {}
        self.outdated: list[str] = []  # marks by hand that are to be looked at again

    def preflight(self, secret: int) -> None:
        """Every source must mark itself as it should, or nothing is touched."""
        try:
            for source in self.sources.values():
                batch.preflight(source, secret)
        except session.GraderFault as fault:
            raise CourseError(f"the tests cannot run: {fault}") from None
        self.out.mkdir(parents=True, exist_ok=True)

    def forget(self, jobs: Sequence[Job]) -> None:
        """Leave only what ``jobs`` will replace: a full run starts a new table."""
        wanted = {self._key(job) for job in jobs}
        self.lines = {k: line for k, line in self.old.items() if k in wanted}

    def keep_dates(self) -> None:
        """A part of the class is not marked without dates where all had them."""
        for line in [] if self.due else self.old.values():
            if (
                line["assignment"] in self.sources
                and line.get("seconds_late", "") != ""
            ):
                raise CourseError(
                    f"{line['assignment']} was graded with due dates; name them again "
                    "with --due (and --late zero, if late work counts nothing)"
                )

    def _key(self, job: Job) -> Key:
        return job.assignment, job.student, job.source.stem

    # --- which work is left -----------------------------------------------------------

    def is_done(self, job: Job) -> bool:
        """Whether this very work is in the journal and the gradebook."""
        line = self.old.get(self._key(job))
        if line is None or line["status"] == "grader_fault" or job.questions:
            return False
        digest = _sha256(contents(job.path)) if job.path else ""
        same = line["sha256"] == digest and line["seed"] == job.seed
        same = same and line.get("source_sha256") == _digest(job.source)
        same = same and line.get("engine") == engine()
        late = line.get("seconds_late", ""), line.get("worthless", False)
        same = same and late == self._lateness(job)[1:]
        return bool(same and (not digest or self.writer.has(line)))

    def has_failed(self, job: Job) -> bool:
        """Whether the last run of this job failed, or there was none."""
        line = self.old.get(self._key(job))
        return line is None or line["status"] in FAILED

    # --- the work -------------------------------------------------------------------

    def __enter__(self) -> "Run":
        # SQLite waits a minute for another writer before it gives up.
        default = f"sqlite:///{self.out / 'gradebook.db'}?timeout=60"
        self.writer = Writer(self.db_url or default, self.out).__enter__()
        path = self.out / "records.jsonl"
        self.journal = path.open("a", encoding="utf-8", errors="replace")
        if path.read_bytes()[-1:] not in (b"", b"\n"):  # cut off by a crash
            self.journal.write("\n")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.journal.close()
        self.outdated = self.writer.outdated
        if error is None:
            self.by_hand = self.writer.by_hand()
        self.writer.__exit__(kind, error, trace)

    def records(
        self, jobs: Sequence[Job], lanes: int, scheduler: str | None = None
    ) -> Iterator[Record]:
        """Records of the jobs as they come, from here, a pool or a cluster."""
        jobs = sorted(map(self._whole, jobs), key=lambda job: job.assignment)
        self.jobs = {(job.assignment, job.student): job for job in jobs}
        for name, source in self.sources.items():
            students = {job.student for job in jobs if job.assignment == name}
            self.writer.prepare(source, students, collect.due_for(self.due, name, ""))
        if not jobs:
            return
        if lanes or scheduler:
            session.close_all()  # the workers have their own warm processes
        if scheduler:
            from course_tools.grading import cluster

            found = cluster.run_jobs(jobs, scheduler)
        else:
            found = batch.run_jobs(jobs, lanes) if lanes else batch.run_here(jobs)
        for record in found:
            source = self.sources[record.assignment]
            yield _merged(self.old.get(key(record.line())), record, source)

    def _whole(self, job: Job) -> Job:
        """Without an earlier record there is nothing to complete one question."""
        questions = job.questions if self._key(job) in self.old else None
        return dataclasses.replace(job, questions=questions, unwalled=self.unwalled)

    def moves(self, record: Record) -> list[tuple[str, str, str, str]]:
        """Student, question, mark before and after, where they differ."""
        line = self.old.get(key(record.line()))
        before = {q["name"]: q["score"] for q in line["questions"]} if line else {}
        return [
            (record.student, q.name, _mark(before.get(q.name)), _mark(q.score))
            for q in record.questions
            if before.get(q.name) != q.score
        ]

    def write(self, record: Record) -> None:
        """Gradebook, notebook and feedback of one record, then its journal line."""
        source = self.sources[record.assignment]
        job = self.jobs[record.assignment, record.student]
        due, late, zero = self._lateness(job)
        self.writer.write(record, source, job.handed_in, due, zero)
        line = record.line()
        before = self.old.get(key(line))
        if record.status == "grader_fault" and before and not reports.is_open(before):
            today = datetime.datetime.now(datetime.UTC).date()
            said = f"regrading failed on {today} ({record.reason})"
            said += "; the earlier mark is kept"
            line = {**before, "status": "grader_fault", "kept": True, "reason": said}
        else:
            # Questions that were only carried over are still marks of the old source.
            part = before if job.questions and before else {}
            line["source_sha256"] = part.get("source_sha256", _digest(source.path))
            line["engine"] = part.get("engine", engine())
            line["seconds_late"] = late
            line["worthless"] = zero
            line["penalty"] = record.score if zero else 0.0
            stored = self._root(source) / "tests" / "exercises" / source.assignment
            line["known_wrong"] = reports.known_wrong(stored, record.answers)
        self.lines[key(line)] = line
        self.journal.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.journal.flush()  # what a broken machine loses here is graded again

    def _lateness(self, job: Job) -> tuple[datetime.datetime | None, int | str, bool]:
        """The student's own date, seconds after it, and whether all is lost by that."""
        due = collect.due_for(self.due, job.assignment, job.student)
        late = _seconds_late(job.handed_in, due)
        return due, late, self.late == "zero" and bool(late)

    def _root(self, source: Source) -> Path:
        # <root>/solutions/<assignment>/<assignment>.ipynb
        return source.path.parents[2]

    def finish(self) -> list[dict[str, Any]]:
        """Write journal and tables; all lines in order, with what a person gave."""
        lines = sorted(self.lines.values(), key=key)
        reports.write_journal(self.out, lines)
        marked = [self._marked(line) for line in lines]
        reports.write_tables(self.out, marked, self.again)
        return marked

    def _marked(self, line: dict[str, Any]) -> dict[str, Any]:
        given = self.by_hand.get((line["assignment"], line["student"]), {})
        return reports.with_hand(line, given, line.get("worthless", False))


def _mark(score: float | None) -> str:
    return "?" if score is None else f"{score:g}"


def _seconds_late(
    handed_in: datetime.datetime | None, due: datetime.datetime | None
) -> int | str:
    """Nothing where one of the times is not known."""
    if handed_in is None or due is None:
        return ""
    return max(0, round((handed_in - due).total_seconds()))


def _merged(before: Mapping[str, Any] | None, record: Record, source: Source) -> Record:
    """A record of some questions, completed with the others of an earlier run."""
    new = {q.name: q for q in record.questions}
    if before is None or all(q["name"] in new for q in before["questions"]):
        return record
    questions = [new.get(q["name"]) or QuestionResult(**q) for q in before["questions"]]
    return dataclasses.replace(
        record,
        questions=tuple(questions),
        score=sum(q.score for q in questions if q.status != "manual" and q.score),
        max_score=source.max_score,
    )


def _digest(path: Path) -> str:
    return _sha256(path.read_bytes())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@functools.cache
def engine() -> str:
    """Changes when the code that reads, runs or marks answers does."""
    grading = Path(__file__).parent
    return digests.of_code(grading, grading.parent / "assignments", digests.library())
