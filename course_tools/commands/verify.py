"""``course verify``: the gates of the assignments."""

import argparse
import json
import subprocess
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from course_tools.errors import CourseError

if TYPE_CHECKING:
    from course_tools.assignments.verify import Assignment


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--assignment", metavar="A", help="this one only")
    parser.add_argument(
        "--all-mutants",
        action="store_true",
        help="mutants of every assignment, not only of changed ones and a third",
    )
    parser.add_argument(
        "--since",
        metavar="REVISION",
        default="origin/main",
        help="assignments changed since then count as changed (default origin/main)",
    )
    parser.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help="only the marks, each under N seeds: finds tests that draw too little",
    )
    parser.add_argument(
        "--jobs", type=int, default=2, metavar="N", help="forks at a time (default 2)"
    )
    parser.add_argument("--survivors", action="store_true", help="list every survivor")


def run(args: argparse.Namespace) -> int:
    """Run the gates; 1 if one of them fails."""
    from course_tools.assignments import notebooks, verify
    from course_tools.grading.session import GraderFault

    names = notebooks.assignments()
    if not names:
        raise CourseError(
            f"expected notebooks in {notebooks.root() / 'solutions'}, found none; "
            "begin one with 'course new-assignment NAME'"
        )
    if args.jobs < 1:
        raise CourseError(f"--jobs must be at least 1, got {args.jobs}")
    if args.seeds is not None and args.seeds < 1:
        raise CourseError(f"--seeds must be at least 1, got {args.seeds}")
    if args.assignment:
        notebooks.find_source(args.assignment)
        names = [args.assignment]
    turn, seeds = _turn(), verify.SEEDS
    if args.seeds is not None:
        seeds, mutated = verify.seeds_of(args.seeds), []
        print(f"marks under {len(seeds)} seeds, no mutants", flush=True)
    elif args.assignment or args.all_mutants:
        mutated = names
    else:
        mutated = verify.chosen(names, _changed(args.since), turn)
        print(
            f"mutants of {', '.join(mutated)} (changed since {args.since}, and third "
            f"{turn % 3 + 1} of 3 of the rest)"
        )
    failed = 0
    record = {}
    for name in names:
        begun = time.perf_counter()
        assignment = verify.Assignment(name)
        try:
            wrong, line = _marks(assignment, seeds)
        except GraderFault as fault:
            raise CourseError(f"the tests of {name} cannot run: {fault}") from None
        if name in mutated:
            survived, told, record[name] = _mutants(assignment, args)
            wrong, line = wrong + survived, line + told
        failed += bool(wrong)
        seconds = time.perf_counter() - begun
        print(f"{'FAILS' if wrong else 'ok   '} {line} ({seconds:.0f} s)", flush=True)
        for problem in wrong:
            print(f"  - {problem}", flush=True)
    if args.seeds is None:
        _write(record, turn)
    return 1 if failed else 0


def _marks(assignment: "Assignment", seeds: Sequence[int]) -> tuple[list[str], str]:
    """What is wrong with the notebook and its marks, and a line that counts them."""
    from course_tools.assignments import verify

    wrong = verify.verify_source(assignment.source, assignment.name)
    wrong += verify.marks(assignment, seeds)
    stored = list(assignment.wrong_answers())
    right = sum(answer.mark == answer.points for answer in stored)
    line = f"{assignment.name}: {'' if wrong else 'solution full, stubs zero, '}"
    line += f"{len(stored) - right} wrong answers"
    return wrong, line + (f" and {right} other right ones" if right else "")


def _mutants(
    assignment: "Assignment", args: argparse.Namespace
) -> tuple[list[str], str, dict[str, int]]:
    """What is wrong with the tests, the end of the line, and the numbers to record."""
    from course_tools.assignments import fates

    found = fates.fates(assignment, args.jobs)
    for fate in found if args.survivors else ():
        if not fate.killed:
            print(f"  {fate.question} {fate.mutant.hash} {fate.mutant.what}")
            print(f"    {fate.note or 'equivalent, listed'}")
    real = [fate for fate in found if not fate.equivalent]
    killed = sum(fate.killed for fate in real)
    line = (
        f"; {killed} of {len(real)} mutants killed, "
        f"{sum(fate.visible for fate in real)} by the visible tests, "
        f"{len(found) - len(real)} equivalent"
    )
    numbers = {
        "mutants": len(found),
        "killed": killed,
        "equivalent": len(found) - len(real),
        "killed_by_visible": sum(fate.visible for fate in found),
    }
    return fates.judge_fates(assignment, found), line, numbers


def _git(*words: str) -> str | None:
    from course_tools.assignments import notebooks

    try:
        done = subprocess.run(
            ["git", *words],
            cwd=notebooks.root(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _changed(since: str) -> set[str]:
    """Assignments whose source or stored answers changed; all if git cannot say."""
    from course_tools.assignments import notebooks

    known = set(notebooks.assignments())
    text = _git("diff", "--name-only", f"{since}...HEAD")
    if text is None:
        text = _git("diff", "--name-only", "HEAD~1")
    if text is None:
        return known
    tools = ("course_tools/assignments/", "course_tools/grading/")
    lines = text.splitlines()
    if any(line.startswith(tools) for line in lines):
        return known
    return {name for name in known if any(f"/{name}/" in line for line in lines)}


def _turn() -> int:
    """Which third: the number of commits, so that every commit moves on."""
    count = _git("rev-list", "--count", "HEAD")
    return int(count) if count and count.strip().isdigit() else 0


def _write(record: dict[str, dict[str, int]], turn: int) -> None:
    """Record what was run in grading/verify.json."""
    from course_tools.assignments import notebooks

    path = notebooks.root() / "grading" / "verify.json"
    path.parent.mkdir(exist_ok=True)
    text = json.dumps({"third": turn % 3 + 1, "assignments": record}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
