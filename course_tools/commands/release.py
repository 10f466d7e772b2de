"""``course release``: exercises/ from solutions/, and the students' zip."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from course_tools.errors import CourseError

if TYPE_CHECKING:
    from course_tools.assignments.release import Product


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "assignments", nargs="*", metavar="ASSIGNMENT", help="all of them by default"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail if a generated file differs from its source",
    )
    parser.add_argument(
        "--bundle", type=Path, metavar="OUT.zip", help="also make the students' zip"
    )
    parser.add_argument(
        "--private",
        type=Path,
        metavar="DIR",
        help="make the private course of this folder, in it",
    )


def run(args: argparse.Namespace) -> int:
    """Release, or check that the release is up to date."""
    from course_tools.assignments import bundle, notebooks, release

    names = args.assignments or notebooks.assignments()
    if args.private:
        return _private(args, names)
    if not names:
        folder = notebooks.root() / "solutions"
        raise CourseError(
            f"expected notebooks in {folder}, found none; begin one with "
            "'course new-assignment NAME'"
        )
    products = [item for name in names for item in release.products(name)]
    extra = [] if args.assignments else release.leftovers()
    if args.check:
        return _check(products, extra, len(names))
    _write(products, extra)
    if args.bundle:
        bundle.write(args.bundle, names)
        size = args.bundle.stat().st_size
        print(f"bundle     {args.bundle} ({size / 1e3:.0f} kB), ready for students")
    return 0


def _check(products: "list[Product]", extra: list[Path], sources: int) -> int:
    """Say what differs; 1 if something does."""
    stale = [item.path for item in products if item.stale()]
    for path in stale:
        print(f"differs from its source: {_short(path)}")
    for path in extra:
        print(f"has no source any more: {_short(path)}")
    if stale or extra:
        print("run 'course release' and commit what it writes")
        return 1
    print(f"{len(products)} generated files agree with {sources} sources")
    return 0


def _write(products: "list[Product]", extra: list[Path]) -> None:
    """Write what differs, remove what has no source."""
    try:
        for item in products:
            stale = item.stale()
            if stale:
                item.path.parent.mkdir(parents=True, exist_ok=True)
                item.path.write_text(item.text, encoding="utf-8", newline="\n")
            print(f"{'written' if stale else 'unchanged':9}  {_short(item.path)}")
        for path in extra:
            path.unlink()
            print(f"removed    {_short(path)} (no source any more)")
    except OSError as error:
        raise CourseError(f"cannot write {error.filename}: {error.strerror}") from None


def _private(args: argparse.Namespace, names: list[str]) -> int:
    """The same for a private course, in its own folder."""
    from course_tools.assignments import bundle, private

    if args.check:
        made = [p for name in names for p in private.products(name, args.private)]
        stale = [item.path for item in made if item.stale()]
        for path in stale:
            print(f"differs from its source: {path}")
        if stale:
            print(f"run 'course release --private {args.private}'")
        else:
            print(f"{len(made)} files of the private course agree with their sources")
        return 1 if stale else 0
    for path in private.write(names, args.private):
        print(f"written    {path}")
    print(f"{len(names)} assignments of the private course in {args.private}")
    if args.bundle:
        bundle.write(args.bundle, names, args.private)
        print(f"bundle     {args.bundle}, ready for students")
    return 0


def _short(path: Path) -> str:
    from course_tools.assignments import notebooks

    return path.relative_to(notebooks.root()).as_posix()
