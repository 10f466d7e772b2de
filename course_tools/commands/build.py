"""``course build [PAGE] [--pdf]``: the book, or one page of it; the book as a PDF."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the page and the wish for paper."""
    parser.add_argument(
        "page", nargs="?", help="a page of _toc.yml; only this one is executed again"
    )
    parser.add_argument(
        "--pdf", action="store_true", help="also print all pages to _build/book.pdf"
    )


def run(args: argparse.Namespace) -> int:
    """Build, and say where the book is."""
    from course_tools import book, book_pdf

    index = book.build(args.page)
    print(f"build: the book is at {index.as_uri()}")
    if args.pdf:
        print("build: printing", flush=True)
        target = book.BUILD / "book.pdf"
        sheets = book_pdf.write(target)
        print(f"build: {sheets} sheets in {target.as_uri()}")
    return 0
