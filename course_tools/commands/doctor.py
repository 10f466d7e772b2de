"""``course doctor``: what is missing on this machine and how to get it."""

import argparse

from course_tools import doctor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --install."""
    parser.add_argument(
        "--install", action="store_true", help="install missing system packages (apt)"
    )


def run(args: argparse.Namespace) -> int:
    """Print the report."""
    return doctor.report(install_missing=args.install)
