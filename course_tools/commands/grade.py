"""``course grade``: marks for a folder of submissions."""

import argparse
import csv
import dataclasses
import importlib.util
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from course_tools.errors import CourseError

HELP = "grade submissions into gradebook, CSV, records and feedback"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of DESIGN, in the order in which one needs them."""
    add = parser.add_argument
    add(
        "submissions",
        type=Path,
        help="folder SUBMISSIONS/<student>/<assignment>/*.ipynb",
    )
    add("--assignment", action="append", metavar="A", help="only this assignment")
    add("--student", action="append", metavar="S", help="only this student")
    add("--question", action="append", metavar="Q", help="only this question")
    add("--roster", type=Path, metavar="R.csv", help="expected students, first column")
    add("--jobs", type=int, metavar="N", help="worker processes (default: cores)")
    add("--resume", action="store_true", help="keep what the last run has finished")
    add("--out", type=Path, default=Path("grading"), metavar="DIR", help="results")
    add("--db", metavar="URL", help="gradebook (default: sqlite in DIR)")
    add("--course", type=Path, metavar="DIR", help="course with solutions/")
    add("--seed", type=int, help="secret seed of all inputs (default: DIR/secret_seed)")


def run(args: argparse.Namespace) -> int:
    """Check everything, then grade; 1 only for the grader's own faults."""
    from course_tools.grading import batch, sandbox, session
    from course_tools.grading.gradebook import read_journal, write_tables

    _check_machine()
    if args.jobs is not None and args.jobs < 1:
        raise CourseError(
            f"--jobs expects a number of workers, at least 1, got {args.jobs}"
        )
    folder = args.submissions
    if not folder.is_dir():
        raise CourseError(
            "expected a folder of submissions <student>/<assignment>/*.ipynb, there "
            f"is none at {folder}"
        )
    sources = _sources(folder, args.assignment, args.course)
    if args.question:
        _check_questions(args.question, sources)
    roster = _roster(args.roster) if args.roster else []
    out = args.out.resolve()
    _check_writable(out)
    old = {_key(line): line for line in read_journal(out / "records.jsonl")}
    secret = args.seed if args.seed is not None else batch.course_secret(out)
    jobs, unmatched = batch.find_jobs(
        folder.resolve(),
        sources,
        secret,
        students=args.student,
        roster=roster,
        questions=args.question,
    )
    if not jobs:
        who = f" of {', '.join(args.student)}" if args.student else ""
        raise CourseError(
            f"no submissions{who} in {folder}; expected <student>/<assignment>/"
        )
    if sandbox.level() == "none":
        print("no bubblewrap here ('course doctor'): answers run without a sandbox")
    print(f"preflight: {', '.join(sources)}", flush=True)
    try:
        for source in sources.values():
            batch.preflight(source, secret)
    except session.GraderFault as fault:
        raise CourseError(f"the tests cannot run: {fault}") from None
    finally:
        session.close_all()

    out.mkdir(parents=True, exist_ok=True)
    if args.seed is None:
        batch.keep_secret(out, secret)
    if args.question:  # without an earlier record there is nothing to complete it
        jobs = [
            job
            if (job.assignment, job.student, job.source.stem) in old
            else dataclasses.replace(job, questions=None)
            for job in jobs
        ]
    partial = bool(args.student or args.question or args.assignment)
    kept = dict(old) if args.resume or partial else {}
    if args.resume:
        jobs = [job for job in jobs if not _done(job, old, sources)]
    began = time.monotonic()
    number = _grade(args, jobs, sources, old, kept)
    lines = sorted(kept.values(), key=_key)
    write_tables(out, lines)
    _print_table(lines)
    for text in unmatched:
        print(f"not graded: {text}")
    seconds = time.monotonic() - began
    print(f"{number} graded in {seconds:.1f} s; marks, records, report in {out}")
    waiting = sum(q["status"] == "manual" for line in lines for q in line["questions"])
    if waiting:
        print(f"{waiting} written answers wait to be marked by hand, in formgrader")
    faults = sum(line["status"] == "grader_fault" for line in lines)
    if faults:
        print(f"{faults} submissions met a fault of the grader: their marks are open")
    return 1 if faults else 0


def _grade(
    args: argparse.Namespace,
    jobs: Sequence[Any],
    sources: Mapping[str, Any],
    old: Mapping[tuple[str, str, str], Mapping[str, Any]],
    kept: dict[tuple[str, str, str], dict[str, Any]],
) -> int:
    """Run the jobs and write each record as it comes, into ``kept`` too."""
    from course_tools.grading import batch
    from course_tools.grading.gradebook import Writer, write_tables

    out = args.out.resolve()
    # SQLite waits a minute for another writer before it gives up.
    db_url = args.db or f"sqlite:///{out / 'gradebook.db'}?timeout=60"
    handed_in = {(job.student, job.assignment): job.handed_in for job in jobs}
    began = time.monotonic()
    done = 0
    with Writer(db_url, out) as writer:
        for name, source in sources.items():
            students = {job.student for job in jobs if job.assignment == name}
            writer.prepare(source, students)
        write_tables(out, sorted(kept.values(), key=_key))
        with (out / "records.jsonl").open(
            "a", encoding="utf-8", errors="replace"
        ) as journal:
            lanes = args.jobs or os.cpu_count() or 1
            for record in batch.run_jobs(jobs, lanes) if jobs else ():
                source = sources[record.assignment]
                record = _merged(old.get(_key(record.line())), record)
                when = handed_in[record.student, record.assignment]
                writer.write(record, source, when)
                line = {**record.line(), "source_sha256": _digest(source.path)}
                kept[_key(line)] = line
                journal.write(json.dumps(line, ensure_ascii=False) + "\n")
                journal.flush()
                os.fsync(journal.fileno())
                done += 1
                _progress(done, len(jobs), began)
    return done


# --- input --------------------------------------------------------------------------


def _check_machine() -> None:
    if not hasattr(os, "fork"):
        raise CourseError("grading needs fork: use Linux, macOS or WSL")
    if importlib.util.find_spec("nbgrader") is None:
        raise CourseError(
            "grading writes nbgrader's gradebook and finds no nbgrader: pip install "
            "'neurons-to-networks[grading]'"
        )


def _sources(
    folder: Path, wanted: Sequence[str] | None, course: Path | None
) -> dict[str, Any]:
    from course_tools.assignments import notebooks
    from course_tools.grading.notebooks import load_source

    known = notebooks.assignments(course)
    if wanted is None:
        present = {p.name for p in folder.glob("*/*") if p.is_dir()}
        wanted = [name for name in known if name in present]
        if not wanted:
            raise CourseError(
                f"no assignment of this course in {folder}; expected "
                f"<student>/<assignment>/ with one of {', '.join(known) or 'none'}"
            )
    return {name: load_source(notebooks.find_source(name, course)) for name in wanted}


def _check_questions(questions: Sequence[str], sources: dict[str, Any]) -> None:
    known = {name for source in sources.values() for name in source.solutions}
    unknown = sorted(set(questions) - known)
    if unknown:
        there = ", ".join(sorted(known))
        raise CourseError(f"no question is called {unknown[0]}; there are {there}")


def _roster(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row and row[0].strip()]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"the roster {path} cannot be read ({error})") from None
    names = [row[0].strip() for row in rows]
    if names and names[0].lower() in ("student", "student_id", "id", "name", "login"):
        names = names[1:]
    odd = [name for name in names if Path(name).name != name or name == ".."]
    if odd:
        raise CourseError(
            f"the roster {path} has {odd[0]!r}, which is no folder's name"
        )
    if not names:
        raise CourseError(f"the roster {path} names no student; expected one per line")
    return names


def _check_writable(out: Path) -> None:
    place = out
    while not place.exists():
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        raise CourseError(
            f"cannot write results to {out}; name another folder with --out"
        )


# --- resuming -----------------------------------------------------------------------


def _key(line: Mapping[str, Any]) -> tuple[str, str, str]:
    return line["assignment"], line["student"], line["notebook"]


def _digest(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def _done(
    job: Any, old: dict[tuple[str, str, str], Any], sources: dict[str, Any]
) -> bool:
    """Whether the journal holds this very work: same file, source and questions."""
    source = sources[job.assignment]
    line = old.get((job.assignment, job.student, source.path.stem))
    if line is None or line["status"] == "grader_fault" or job.questions:
        return False
    digest = _digest(job.path) if job.path else ""
    same_source = line.get("source_sha256") == _digest(source.path)
    return bool(line["sha256"] == digest and same_source)


def _merged(before: Mapping[str, Any] | None, record: Any) -> Any:
    """A record of some questions, completed with the others of an earlier run."""
    from course_tools.grading.judge import QuestionResult

    new = {q.name: q for q in record.questions}
    if before is None or all(q["name"] in new for q in before["questions"]):
        return record
    questions = [new.get(q["name"]) or QuestionResult(**q) for q in before["questions"]]
    return dataclasses.replace(
        record,
        questions=tuple(questions),
        score=sum(q.score for q in questions if q.status != "manual" and q.score),
        max_score=before["max_score"],
    )


# --- output -------------------------------------------------------------------------


def _progress(done: int, total: int, began: float) -> None:
    left = (time.monotonic() - began) / done * (total - done)
    text = f"graded {done} of {total}, {left:.0f} s left"
    if sys.stdout.isatty():
        print(f"\r{text:<50}", end="\n" if done == total else "", flush=True)
    elif done == total or done % max(1, total // 10) == 0:
        print(text, flush=True)


def _print_table(lines: Sequence[dict[str, Any]]) -> None:
    width = max([len(line["student"]) for line in lines] + [7])
    print(f"\n{'student':<{width}}  {'marks':>9}  {'status':<12}  note")
    name = ""
    for line in lines:
        if line["assignment"] != name:
            name = line["assignment"]
            print(f"-- {name}")
        open_ = line["status"] == "grader_fault"
        score = "?" if open_ else f"{line['score']:g}"
        marks = f"{score} / {line['max_score']:g}"
        note = line["reason"] or (line["repairs"] or [""])[0]
        note = "".join(c if c.isprintable() else "?" for c in note)
        note = note if len(note) <= 70 else note[:67] + "..."
        print(f"{line['student']:<{width}}  {marks:>9}  {line['status']:<12}  {note}")
    print()
