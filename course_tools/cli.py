"""The command ``course``: a table of commands, each in its own module.

A command module has ``add_arguments(parser)`` and ``run(args) -> int``. It is imported
only when it is called, so that ``course check`` does not wait for what ``course grade``
needs.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence

from course_tools.errors import CourseError

# name -> one line of help; the module is course_tools.commands.<name, - as _>
COMMANDS = {
    "build": "build the book, or one page of it",
    "release": "write exercises/ from solutions/; --bundle makes the students' zip",
    "check": "run the visible tests of a notebook",
    "new-assignment": "start an assignment from the template",
    "verify": "prove that the assignments' tests mark as they should",
    "grade": "grade submissions into gradebook, CSV, records and feedback",
    "reproduce": "run a table or figure of a source again",
    "bench": "time the library against its peers in the same run",
    "doctor": "say what is missing on this machine and how to get it",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 is success, 2 is bad input, 1 is a failed check."""
    argv = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):  # a cp1251 console must not end a run
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(
        prog="course",
        description="From neurons to networks: build, release, grade, measure.",
        epilog="'course COMMAND --help' tells the options of a command.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((word for word in argv if not word.startswith("-")), None)
    for name, help_line in COMMANDS.items():
        sub = commands.add_parser(name, help=help_line, description=help_line)
        if name == wanted:
            module = importlib.import_module(
                "course_tools.commands." + name.replace("-", "_")
            )
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    args = parser.parse_args(argv)
    try:
        code: int = args.run(args)
    except CourseError as error:
        print(f"course {args.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"course {args.command}: stopped by the keyboard", file=sys.stderr)
        return 130
    return code


if __name__ == "__main__":
    raise SystemExit(main())
