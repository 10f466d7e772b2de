"""``course grade``: marks for a folder of submissions, or for Canvas's zip of them."""

import argparse
import importlib.util
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_tools.errors import CourseError

if TYPE_CHECKING:
    from course_tools.grading.collect import Job, Roster
    from course_tools.grading.judge import Record
    from course_tools.grading.run import Run
    from course_tools.grading.sources import Source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, in the order in which one needs them."""
    add = parser.add_argument
    add(
        "submissions",
        type=Path,
        help="folder SUBMISSIONS/<student>/<assignment>/*.ipynb, or Canvas's zip",
    )
    add("--assignment", action="append", metavar="A", help="only this assignment")
    add("--student", action="append", metavar="S", help="only this student")
    add(
        "--question",
        action="append",
        metavar="Q",
        help="mark this question anew; lists whose marks move, --yes writes them",
    )
    add("--yes", action="store_true", help="write what --question has moved")
    add(
        "--only-failed",
        action="store_true",
        help="what crashed, hung, or was our fault",
    )
    add("--resume", action="store_true", help="leave what has not changed since")
    add("--roster", type=Path, metavar="R.csv", help="expected students, first column")
    add("--due", type=Path, metavar="D.csv", help="rows assignment, student, due")
    add("--late", choices=("none", "zero"), default="none", help="penalty of late work")
    add("--canvas", type=Path, metavar="C.csv", help="Canvas's gradebook, to fill in")
    add(
        "--jobs",
        type=int,
        metavar="N",
        help="worker processes (default: cores; 0: here)",
    )
    add("--scheduler", metavar="ADDR", help="a Dask cluster instead, tcp://host:8786")
    add("--out", type=Path, default=Path("grading"), metavar="DIR", help="results")
    add("--db", metavar="URL", help="gradebook (default: sqlite in DIR)")
    add("--course", type=Path, metavar="DIR", help="course with solutions/")
    add("--private", type=Path, metavar="DIR", help="the private course of this folder")
    add("--seed", type=int, help="secret seed of all inputs (default: DIR/secret_seed)")
    add("--no-sandbox", action="store_true", help="grade even where there is none")


def run(args: argparse.Namespace) -> int:
    """Check everything, then grade; 1 only for the grader's own faults."""
    from course_tools.grading import collect, session

    _check_machine(args)
    if args.jobs is not None and args.jobs < 0:
        raise CourseError(
            f"--jobs: expected how many worker processes, 0 or more; got {args.jobs}"
        )
    given = args.submissions
    if not given.is_dir() and given.suffix.lower() != ".zip":
        raise CourseError(
            "expected a folder of submissions <student>/<assignment>/*.ipynb or "
            f"Canvas's zip, there is none at {given}"
        )
    if args.late != "none" and not args.due:
        raise CourseError(
            f"--late {args.late}: nothing is late without dates; name them with --due"
        )
    roster = collect.read_roster(args.roster) if args.roster else collect.Roster()
    with tempfile.TemporaryDirectory() as place:
        folder, left = given, []
        if not given.is_dir():
            if len(args.assignment or ()) != 1:
                raise CourseError(
                    f"{given} does not say which assignment it is of; name one with "
                    "--assignment"
                )
            folder = Path(place)
            left = collect.unpack_canvas(given, args.assignment[0], roster, folder)
        try:
            return _grade(args, folder.resolve(), roster, left)
        except OSError as error:
            raise CourseError(
                f"cannot write results ({error}); what was written is whole: mend that "
                "and run again with --resume"
            ) from None
        finally:
            session.close_all()


def _grade(
    args: argparse.Namespace, folder: Path, roster: "Roster", unmatched: list[str]
) -> int:
    from course_tools.grading import collect, reports
    from course_tools.grading.run import Run, key

    again = _again(args)
    course, seed = _private(args, folder) if args.private else (args.course, args.seed)
    sources = _sources(folder, args.assignment, course)
    if args.question:
        _check_questions(args.question, sources)
    out = args.out.resolve()
    _check_writable(out)
    secret = seed if seed is not None else collect.course_secret(out)
    jobs, odd = _jobs(args, folder, roster, sources, secret)
    grading = Run(
        sources=sources,
        out=out,
        db_url=args.db,
        due=collect.read_due(args.due) if args.due else {},
        late=args.late,
        unwalled=args.no_sandbox,
        again=again,
    )
    if args.only_failed:
        jobs = [job for job in jobs if grading.has_failed(job)]
    print(f"preflight: {', '.join(sources)}", flush=True)
    grading.preflight(secret)
    if seed is None:
        collect.keep_secret(out, secret)
    partial = args.student or args.question or args.assignment or args.only_failed
    if args.resume or partial:
        grading.keep_dates()
    else:
        grading.forget(jobs)
    began = time.monotonic()
    number = _write_all(args, grading, jobs)
    lines = grading.finish()
    _print_table(lines)
    unmatched = unmatched + odd
    if args.canvas:
        unmatched += reports.write_canvas(args.canvas, lines, roster, out)
    for text in unmatched:
        print(text if ": graded, but " in text else f"not graded: {text}")
    for text in grading.outdated:
        print(text)
    seconds = time.monotonic() - began
    print(f"{number} graded in {seconds:.1f} s; marks, records, report in {out}")
    return _closing({key(line): line for line in lines}.values())


def _jobs(
    args: argparse.Namespace,
    folder: Path,
    roster: "Roster",
    sources: Mapping[str, "Source"],
    secret: int,
) -> "tuple[list[Job], list[str]]":
    """What is to be graded, and what fits nowhere."""
    from course_tools.grading import collect

    jobs, odd = collect.find_jobs(
        folder,
        sources,
        secret,
        students=args.student,
        roster=roster.students,
        questions=args.question,
    )
    if not jobs:
        who = f" of {', '.join(args.student)}" if args.student else ""
        raise CourseError(
            f"no submissions{who} in {args.submissions}; expected "
            "<student>/<assignment>/"
        )
    return jobs, odd


def _write_all(args: argparse.Namespace, grading: "Run", jobs: "list[Job]") -> int:
    """Grade and write; how many submissions were written."""
    workers = args.jobs if args.jobs is not None else os.cpu_count() or 1
    with grading:
        if args.resume:
            jobs = [job for job in jobs if not grading.is_done(job)]
        records = grading.records(jobs, workers, args.scheduler)
        if args.question:
            return _requestion(args, grading, records)
        number, first = 0, time.monotonic()
        for record in records:
            grading.write(record)
            number += 1
            first = first if number > 1 else time.monotonic()
            _progress(number, len(jobs), first)
        return number


def _requestion(
    args: argparse.Namespace, grading: "Run", records: "Iterable[Record]"
) -> int:
    """Show whose marks move; write them when that is wanted."""
    held = [record for record in records if record.status != "missing"]
    moves = [move for record in held for move in grading.moves(record)]
    for student, question, before, after in moves:
        print(f"{student}: {question} {before} -> {after}")
    print(f"{len(moves)} marks move, in {len(held)} submissions")
    wanted = args.yes
    if moves and not wanted and sys.stdin.isatty():
        wanted = input("write them? [y/N] ").strip().lower() == "y"
    if not wanted:
        print("nothing was written; --yes writes")
        return 0
    for record in held:
        grading.write(record)
    return len(held)


def _closing(lines: Iterable[Mapping[str, Any]]) -> int:
    """Say what waits for a person; 1 if the grader failed."""
    waiting = sum(q["status"] == "manual" for line in lines for q in line["questions"])
    if waiting:
        print(f"{waiting} written answers wait to be marked by hand, in formgrader")
    faults = sum(line["status"] == "grader_fault" for line in lines)
    if faults:
        print(f"{faults} submissions met a fault of the grader: see report.html")
    return 1 if faults else 0


def _again(args: argparse.Namespace) -> str:
    """The command that grades the same submissions once more, for the report."""
    words = ["course", "grade", str(args.submissions)]
    usual = {"late": "none", "out": Path("grading")}
    for name in ("roster", "due", "late", "out", "db", "course", "private", "seed"):
        value = getattr(args, name)
        if value != usual.get(name):
            words += [f"--{name}", str(value)]
    if args.no_sandbox:
        words.append("--no-sandbox")
    return shlex.join(words)


# --- input --------------------------------------------------------------------------


def _check_machine(args: argparse.Namespace) -> None:
    if not hasattr(os, "fork"):
        raise CourseError("grading needs fork: use Linux, macOS or WSL")
    if importlib.util.find_spec("nbgrader") is None:
        raise CourseError(
            "grading writes nbgrader's gradebook and finds no nbgrader: pip install "
            "'neurons-to-networks[grading]'"
        )
    if args.scheduler and importlib.util.find_spec("distributed") is None:
        raise CourseError(
            "--scheduler needs Dask: pip install 'neurons-to-networks[cluster]'"
        )
    from course_tools.grading import sandbox

    level = sandbox.level()
    if level == "none" and not args.no_sandbox:
        raise CourseError(
            "neither bubblewrap nor Landlock works here ('course doctor'); answers can "
            f"{', '.join(sandbox.MISSING['none'])}: --no-sandbox grades nevertheless"
        )
    if level == "landlock":
        print(f"no bubblewrap here: answers can {'; '.join(sandbox.MISSING[level])}")


def _sources(
    folder: Path, wanted: Sequence[str] | None, course: Path | None
) -> "dict[str, Source]":
    from course_tools.assignments import notebooks
    from course_tools.grading.sources import load_source

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


def _private(args: argparse.Namespace, folder: Path) -> tuple[Path, int]:
    """The private course, written anew, and the seed of its inputs."""
    from course_tools.assignments import notebooks, private

    secret = private.read(args.private)["secret"]
    present = {p.name for p in folder.glob("*/*")}
    known = [name for name in notebooks.assignments() if name in present]
    private.write(args.assignment or known, args.private)
    drawn = private.number(secret, "inputs")
    return args.private, drawn if args.seed is None else args.seed


def _check_questions(questions: Sequence[str], sources: Mapping[str, "Source"]) -> None:
    known = {name for source in sources.values() for name in source.solutions}
    unknown = sorted(set(questions) - known)
    if unknown:
        there = ", ".join(sorted(known))
        raise CourseError(f"no question is called {unknown[0]}; there are {there}")


def _check_writable(out: Path) -> None:
    place = out
    while not place.exists():
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        raise CourseError(
            f"cannot write results to {out}; name another folder with --out"
        )


# --- output -------------------------------------------------------------------------


def _progress(done: int, total: int, first: float) -> None:
    """Time left by the pace since the first record; starting takes its own time."""
    left = (time.monotonic() - first) / max(done - 1, 1) * (total - done)
    text = f"graded {done} of {total}, {left:.0f} s left"
    if sys.stdout.isatty():
        print(f"\r{text:<50}", end="\n" if done == total else "", flush=True)
    elif done == total or done % max(1, total // 10) == 0:
        print(text, flush=True)


def _moved(line: Mapping[str, Any]) -> list[str]:
    """What changes the machine's marks: a person's, and lateness."""
    said = []
    if line.get("by_hand"):
        said.append(f"by hand {line['by_hand']:+g}")
    if line.get("seconds_late"):
        lost = line.get("penalty", 0.0)
        said.append(f"late, loses {lost:g}" if lost else "late")
    return said


def _print_table(lines: Sequence[dict[str, Any]]) -> None:
    from course_tools.grading.reports import is_open

    width = max([len(line["student"]) for line in lines] + [7])
    print(f"\n{'student':<{width}}  {'marks':>9}  {'status':<12}  note")
    name = ""
    for line in lines:
        if line["assignment"] != name:
            name = line["assignment"]
            print(f"-- {name}")
        score = "?" if is_open(line) else f"{line['score']:g}"
        marks = f"{score} / {line['max_score']:g}"
        odd = line["reason"] or (line["repairs"] or [""])[0]
        note = "; ".join(filter(None, [*_moved(line), odd]))
        note = "".join(c if c.isprintable() else "?" for c in note)
        note = note if len(note) <= 70 else note[:67] + "..."
        print(f"{line['student']:<{width}}  {marks:>9}  {line['status']:<12}  {note}")
    print()
