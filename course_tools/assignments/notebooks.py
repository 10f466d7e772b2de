"""Notebooks as plain dictionaries: read, write the same bytes every time, name cells.

A source notebook is ``solutions/<assignment>/<assignment>.ipynb``. What a cell is
for follows from its nbgrader metadata; plain cells (no such metadata) are text or
play and take no part in marking. Only the standard library is used here, because
``course check`` runs on students' machines.
"""

import json
from pathlib import Path
from typing import Any, TypeAlias

from course_tools.errors import CourseError

Notebook: TypeAlias = dict[str, Any]
Cell: TypeAlias = dict[str, Any]

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
GO_ON = "raises-exception"  # Jupyter's tag: an error in this cell does not stop a run


def root() -> Path:
    """The folder of the repository this copy of the tools was installed from."""
    return Path(__file__).resolve().parent.parent.parent


def read(path: Path) -> Notebook:
    """A notebook as a dictionary, every cell source as one string."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise CourseError(
            f"expected a notebook at {path}, found no such file"
        ) from None
    except IsADirectoryError:
        raise CourseError(f"expected a notebook, {path} is a folder") from None
    except (OSError, ValueError) as error:
        raise CourseError(
            f"{path} is not a readable notebook ({error}); open it in Jupyter and "
            "save it again, or download it again"
        ) from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise CourseError(f"{path} is not a notebook: it has no list of cells")
    cells = [cell for cell in notebook["cells"] if isinstance(cell, dict)]
    for cell in cells:
        source = cell.get("source", "")
        joined = "".join(map(str, source)) if isinstance(source, list) else str(source)
        cell["source"] = joined
    notebook["cells"] = cells
    return notebook


def dumps(notebook: Notebook) -> str:
    """The one text of a notebook: sorted keys, source as a list of lines."""
    cells = [
        {**cell, "source": cell["source"].splitlines(keepends=True)}
        for cell in notebook["cells"]
    ]
    tidy = {**notebook, "cells": cells}
    return json.dumps(tidy, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write(path: Path, notebook: Notebook) -> None:
    """Write ``dumps(notebook)`` with Unix line ends on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumps(notebook), encoding="utf-8", newline="\n")


def course_metadata(notebook: Notebook) -> dict[str, Any]:
    """The entry ``course`` of the notebook's metadata; empty if there is none."""
    entry = notebook.get("metadata", {}).get("course", {})
    return entry if isinstance(entry, dict) else {}


def role(cell: Cell) -> str:
    """``solution``, ``test``, ``written``, ``locked`` or ``plain``."""
    meta = cell.get("metadata", {}).get("nbgrader")
    if not isinstance(meta, dict) or not meta.get("grade_id"):
        return "plain"
    if meta.get("solution"):
        return "written" if meta.get("grade") else "solution"
    if meta.get("grade"):
        return "test"
    return "locked" if meta.get("locked") else "plain"


def grade_id(cell: Cell) -> str:
    """The nbgrader name of a cell; empty for plain cells."""
    meta = cell.get("metadata", {}).get("nbgrader")
    return str(meta.get("grade_id", "")) if isinstance(meta, dict) else ""


def question_of(test_id: str) -> str:
    """``q3`` for the test cell ``q3-test2``."""
    return test_id.split("-", 1)[0]


def questions(notebook: Notebook) -> list[str]:
    """Names of the machine-marked questions, in order."""
    return [grade_id(c) for c in notebook["cells"] if role(c) == "solution"]


def tests_of(notebook: Notebook, question: str) -> list[Cell]:
    """The test cells of one question, in order."""
    return [
        cell
        for cell in notebook["cells"]
        if role(cell) == "test" and question_of(grade_id(cell)) == question
    ]


def solution_source(notebook: Notebook, question: str) -> str:
    """The text of the solution cell of one question."""
    for cell in notebook["cells"]:
        if role(cell) == "solution" and grade_id(cell) == question:
            return str(cell["source"])
    known = ", ".join(questions(notebook))
    raise CourseError(f"there is no question {question!r}; the questions are {known}")


def source_path(assignment: str, course_root: Path | None = None) -> Path:
    """Where the source notebook of an assignment is."""
    course_root = course_root or root()
    return course_root / "solutions" / assignment / f"{assignment}.ipynb"


def assignments(course_root: Path | None = None) -> list[str]:
    """Names of all assignments that have a source notebook."""
    folder = (course_root or root()) / "solutions"
    return sorted(
        p.parent.name for p in folder.glob("*/*.ipynb") if p.stem == p.parent.name
    )


def find_source(assignment: str, course_root: Path | None = None) -> Path:
    """The source notebook of a named assignment, or a sentence about what exists."""
    path = source_path(assignment, course_root)
    if not path.is_file():
        known = ", ".join(assignments(course_root)) or "none"
        raise CourseError(
            f"no assignment {assignment!r} in {path.parent.parent}; there are: {known}"
        )
    return path
