"""A new assignment from the template: a finished question, tests, wrong answers.

Eleven assignments should look alike, so a new one begins as a working one: it passes
every gate as it stands, and the author replaces its question piece by piece.
"""

import re
from pathlib import Path

from course_tools.assignments import notebooks, release
from course_tools.assignments.text import from_text
from course_tools.errors import CourseError

NAME = re.compile(r"[a-z][a-z0-9_]{2,40}")


def files(name: str) -> dict[str, str]:
    """Every file of the template under its path in the repository."""
    path = Path(__file__).with_name("template.txt")
    sections = path.read_text(encoding="utf-8").replace("NAME", name).split("=== ")[1:]
    found = {}
    for section in sections:
        where, _, body = section.partition("\n")
        if where.endswith(".ipynb"):
            body = notebooks.dumps(from_text(body))
        found[where] = body
    return found


def create(name: str) -> list[Path]:
    """Write the template's files and what is generated from them; list them."""
    base = notebooks.root()
    if not NAME.fullmatch(name):
        raise CourseError(
            f"expected a name like ps02_neuron (small letters, digits, underscores; it "
            f"becomes a folder and a file name), got {name!r}"
        )
    wanted = {base / where: text for where, text in files(name).items()}
    taken = [path for path in wanted if path.exists()]
    if taken:
        raise CourseError(f"{taken[0]} exists already; choose another name")
    try:
        for path, text in wanted.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        products = release.products(name)
        for item in products:
            item.path.parent.mkdir(parents=True, exist_ok=True)
            item.path.write_text(item.text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CourseError(f"cannot write {error.filename}: {error.strerror}") from None
    return [*wanted, *(item.path for item in products)]
