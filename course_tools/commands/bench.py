"""``course bench NAME``: time the library against its peers in the same run."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name; what follows it goes to the benchmark itself."""
    parser.add_argument("name", nargs="?", help="a benchmark of --list")
    parser.add_argument("--list", action="store_true", help="list the benchmarks")
    parser.add_argument(
        "rest", nargs=argparse.REMAINDER, help="options of the benchmark"
    )


def run(args: argparse.Namespace) -> int:
    """List, or run benchmarks/NAME.py in a fresh process with one thread."""
    import ast
    import os
    import subprocess
    import sys
    from pathlib import Path

    from course_tools.errors import CourseError

    folder = Path(__file__).resolve().parents[2] / "benchmarks"
    known = {p.stem.replace("_", "-"): p for p in sorted(folder.glob("[!_]*.py"))}
    if not known:
        raise CourseError(
            f"expected benchmarks in {folder} and found none; run from a checkout"
        )
    if args.list:
        for name, path in known.items():
            doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            print(f"{name:18s} {doc.splitlines()[0] if doc else ''}")
        return 0
    if args.name not in known:
        raise CourseError(
            f"expected one of {', '.join(known)} and got {args.name or 'nothing'}; "
            "'course bench --list' describes them"
        )
    env = os.environ | dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
    )
    command = [sys.executable, str(known[args.name]), *args.rest]
    return subprocess.run(command, env=env, cwd=folder.parent, check=False).returncode
