"""From a source notebook to the students' notebook, and the data of their self-check.

The release does what nbgrader's generate_assignment does, in its order: lock, clear
solutions and outputs, checksum, strip hidden tests and mark schemes, checksum again.
It is written out here because it is forty lines, needs no database and gives the same
bytes each time; a test compares it cell by cell with nbgrader's own. One thing is ours:
all code but the setup bears a tag by which *Run all* goes on after an error in it, so
that one open question does not keep the next, and the table at the end, from running.
"""

import ast
import copy
import hashlib
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from course_tools.assignments import notebooks
from course_tools.assignments.notebooks import Cell, Notebook
from course_tools.errors import CourseError

CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
TEXT_STUB = "YOUR ANSWER HERE"


def _replace_region(source: str, begin: str, end: str, stub: str | None) -> str | None:
    """The source with each region replaced; None if there is no such region."""
    lines: list[str] = []
    inside = found = False
    for line in source.split("\n"):
        if begin in line:
            if inside:
                raise CourseError(f"a second '{begin}' comes before '{end}'")
            inside = found = True
            if stub is not None:
                indent = line[: len(line) - len(line.lstrip())]
                lines += [indent + stub_line for stub_line in stub.split("\n")]
        elif end in line:
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        raise CourseError(f"'{begin}' has no '{end}'")
    return "\n".join(lines) if found else None


def visible_part(source: str) -> str:
    """A test cell without its hidden tests."""
    begin, end = notebooks.BEGIN_HIDDEN[4:], notebooks.END_HIDDEN[4:]
    shown = _replace_region(source, begin, end, None)
    return source if shown is None else shown


def stub_of(cell: Cell) -> str:
    """What a solution or written cell says before the student has begun."""
    stub = CODE_STUB if cell["cell_type"] == "code" else TEXT_STUB
    begin, end = notebooks.BEGIN_SOLUTION[4:], notebooks.END_SOLUTION[4:]
    cleared = _replace_region(cell["source"], begin, end, stub)
    return stub if cleared is None else cleared


def checksum(cell: Cell) -> str:
    """nbgrader's checksum of a cell (MD5 of its text, kind, flags, name, points)."""
    meta = cell["metadata"]["nbgrader"]
    parts = [cell["source"], cell["cell_type"]]
    parts += [str(bool(meta[flag])) for flag in ("grade", "solution", "locked")]
    parts.append(meta["grade_id"])
    if meta["grade"]:
        parts.append(str(float(meta["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _release_cell(cell: Cell) -> Cell:
    cell = copy.deepcopy(cell)
    role = notebooks.role(cell)
    if role in ("solution", "written"):
        cell["metadata"]["deletable"] = False
        cell["source"] = stub_of(cell)
    elif role in ("test", "locked"):
        cell["metadata"] |= {"deletable": False, "editable": False}
        cell["source"] = visible_part(cell["source"])
    if cell["cell_type"] == "code":
        cell |= {"execution_count": None, "outputs": []}
        if notebooks.grade_id(cell) != "setup":
            tags = cell["metadata"].get("tags", [])
            cell["metadata"]["tags"] = sorted({*tags, notebooks.GO_ON})
    if role != "plain":
        cell["metadata"]["nbgrader"]["checksum"] = checksum(cell)
        cell["metadata"]["nbgrader"]["cell_type"] = cell["cell_type"]
    return cell


def release(source: Notebook) -> Notebook:
    """The students' version of a source notebook; the source is left as it was."""
    cells = []
    for cell in source["cells"]:
        try:
            cells.append(_release_cell(cell))
        except CourseError as error:
            raise CourseError(f"cell {notebooks.grade_id(cell)}: {error}") from None
    result = {**copy.deepcopy(source), "cells": cells}
    result["metadata"].pop("celltoolbar", None)
    return result


def visible_tests(assignment: str, source: Notebook) -> dict[str, Any]:
    """What ``course_lib.check`` needs: visible tests, stubs and locked cells."""
    released = release(source)
    titles = _titles(released)
    course = notebooks.course_metadata(source)
    questions = [
        {
            "name": question,
            "title": titles.get(question, ""),
            "stub": notebooks.solution_source(released, question),
            "tests": [
                {
                    "id": notebooks.grade_id(cell),
                    "points": cell["metadata"]["nbgrader"]["points"],
                    "source": cell["source"],
                }
                for cell in notebooks.tests_of(released, question)
            ],
        }
        for question in notebooks.questions(released)
    ]
    return {
        "assignment": assignment,
        "forbidden": course.get("forbidden", []),
        "locked": [
            {"id": notebooks.grade_id(cell), "source": cell["source"]}
            for cell in released["cells"]
            if notebooks.role(cell) == "locked" and cell["cell_type"] == "code"
        ],
        "questions": questions,
        "title": course.get("title", ""),
        "written": [
            notebooks.grade_id(cell)
            for cell in released["cells"]
            if notebooks.role(cell) == "written"
        ],
    }


def _titles(notebook: Notebook) -> dict[str, str]:
    """The nearest heading above each solution cell, without numbers and points."""
    titles, heading = {}, ""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            for line in cell["source"].splitlines():
                if line.startswith("#"):
                    heading = re.sub(
                        r"^#+\s*(\d+\.\s*)?|\s*\([^()]*points?\)", "", line
                    )
        elif notebooks.role(cell) == "solution":
            titles[notebooks.grade_id(cell)] = heading
    return titles


class Product(NamedTuple):
    """A generated file: where it goes and what must be in it."""

    path: Path
    text: str

    def stale(self) -> bool:
        """Whether the file differs from what the source gives."""
        try:
            return self.path.read_text(encoding="utf-8") != self.text
        except (OSError, UnicodeDecodeError):
            return True


def products(assignment: str) -> list[Product]:
    """Every file that is generated from one source notebook."""
    base = notebooks.root()
    source = notebooks.read(notebooks.find_source(assignment))
    refused = f"solutions/{assignment}/{assignment}.ipynb cannot be released: "
    problems = complaints(assignment, source)
    if problems:
        raise CourseError(refused + "; ".join(problems))
    try:
        tests = visible_tests(assignment, source)
    except CourseError as error:
        raise CourseError(refused + str(error)) from None
    visible = json.dumps(tests, indent=1, sort_keys=True, ensure_ascii=False)
    return [
        Product(
            base / "exercises" / assignment / f"{assignment}.ipynb",
            notebooks.dumps(release(source)),
        ),
        Product(
            base / "course_lib" / "_visible_tests" / f"{assignment}.json",
            visible + "\n",
        ),
    ]


def leftovers() -> list[Path]:
    """Generated files whose source notebook no longer exists."""
    base = notebooks.root()
    known = set(notebooks.assignments())
    generated = [
        *(base / "exercises").glob("*/*.ipynb"),
        *(base / "course_lib" / "_visible_tests").glob("*.json"),
    ]
    return sorted(path for path in generated if path.stem not in known)


def complaints(assignment: str, source: Notebook) -> list[str]:
    """What an author forgot: an empty list means the notebook may be released."""
    found = []
    course = notebooks.course_metadata(source)
    if course.get("assignment") != assignment:
        found.append(
            f"its metadata name the assignment {course.get('assignment')!r}, "
            f"the folder {assignment!r}"
        )
    names = [notebooks.grade_id(cell) for cell in source["cells"]]
    names = [name for name in names if name]
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.append(f"the grade_id {name} is used twice")
    for question in notebooks.questions(source):
        text = notebooks.solution_source(source, question)
        if notebooks.BEGIN_SOLUTION not in text:
            found.append(f"{question} has no '{notebooks.BEGIN_SOLUTION}'")
        if not notebooks.tests_of(source, question):
            found.append(f"{question} has no test cell {question}-test1")
    known = set(notebooks.questions(source))
    for cell in source["cells"]:
        name = notebooks.grade_id(cell) or cell.get("id", "?")
        if cell["cell_type"] == "code" and cell.get("outputs"):
            found.append(
                f"cell {name} has outputs; clear them (in JupyterLab: Edit, Clear "
                "Outputs of All Cells)"
            )
        role = notebooks.role(cell)
        if cell["cell_type"] == "code" and role != "plain":
            try:
                ast.parse(cell["source"])
            except SyntaxError as error:
                found.append(f"{name}, line {error.lineno}, is no Python ({error.msg})")
        if role in ("test", "written"):
            points = cell["metadata"]["nbgrader"].get("points")
            if not isinstance(points, int | float):
                found.append(f"{name} has no points; expected a number, got {points!r}")
        if role == "test":
            if notebooks.question_of(name) not in known:
                found.append(
                    f"{name} tests no known question; expected a name like q3-test1, "
                    f"for one of {', '.join(notebooks.questions(source))}"
                )
            if not cell["metadata"].get("course", {}).get("hint"):
                found.append(
                    f"{name} has no public hint (in the cell's metadata: "
                    '"course": {"hint": "one sentence"})'
                )
            if notebooks.BEGIN_HIDDEN not in cell["source"]:
                found.append(f"{name} has no '{notebooks.BEGIN_HIDDEN}'")
    return found
