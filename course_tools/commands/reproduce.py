"""``course reproduce NAME``: a table or figure of a source, run again."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name and where and how much to compute."""
    parser.add_argument("name", nargs="?", help="an experiment of --list")
    parser.add_argument("--list", action="store_true", help="list the experiments")
    parser.add_argument(
        "--device",
        choices=("cpu", "cuda"),
        default="cpu",
        help="where to compute (default cpu); cuda if it has work for one",
    )
    parser.add_argument(
        "--budget",
        choices=("smoke", "cpu", "full"),
        default="cpu",
        help="smoke: seconds; cpu: full, or less where the declaration says so "
        "(default); full: as declared",
    )
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="a dask.distributed cluster instead"
    )
    parser.add_argument(
        "--out", type=Path, help="folder of the result file (default: book/results)"
    )


def run(args: argparse.Namespace) -> int:
    """List, or run and print the verdicts."""
    import json

    from course_tools import experiments
    from course_tools.errors import CourseError

    if args.list:
        for name, declared in experiments.declarations().items():
            print(f"{name:28s} {declared['title']}")
            if "needs" in declared:
                print(f"{'':28s} full budget: {declared['needs']}")
        return 0
    if args.name is None:
        raise CourseError("expected the name of an experiment; --list shows them")
    if args.jobs < 1:
        raise CourseError(
            f"--jobs: expected how many runs at a time, 1 or more; got {args.jobs}"
        )
    path = experiments.reproduce(
        args.name,
        device=args.device,
        budget=args.budget,
        out=args.out,
        workers=args.jobs,
        scheduler=args.scheduler,
    )
    result = json.loads(path.read_text(encoding="utf-8"))
    for row in result["verdicts"]:
        print(f"{row['verdict']:12s} {row['claim']}: {row['statement']}")
    print(f"reproduce: the result is in {path}")
    return 0
