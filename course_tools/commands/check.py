"""``course check``: a student's self-check of a whole notebook."""

import argparse
from pathlib import Path

from course_tools.errors import CourseError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the notebook and the limit."""
    parser.add_argument(
        "notebook", type=Path, metavar="NOTEBOOK.ipynb", help="a notebook to hand in"
    )
    parser.add_argument(
        "--limit",
        type=float,
        default=20.0,
        metavar="SECONDS",
        help="longest time for one cell or one question (default 20)",
    )


def run(args: argparse.Namespace) -> int:
    """Print the report; 0 if every question passes its visible tests."""
    from course_tools.assignments import self_check

    if args.limit <= 0:
        raise CourseError(f"--limit must be more than 0 seconds, got {args.limit}")
    assignment, lines = self_check.check_notebook(args.notebook, args.limit)
    print(self_check.report(assignment, lines))
    return 0 if all(line.passed for line in lines) else 1
