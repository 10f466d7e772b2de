"""``course build [PAGE]``: the book, or one page of it."""

import argparse

HELP = "build the book, or one page of it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the page."""
    parser.add_argument(
        "page", nargs="?", help="a page of _toc.yml; only this one is executed again"
    )


def run(args: argparse.Namespace) -> int:
    """Build, and say where the book is."""
    from course_tools import book

    index = book.build(args.page)
    print(f"build: the book is at {index.as_uri()}")
    return 0
