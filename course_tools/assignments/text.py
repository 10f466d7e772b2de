"""A source notebook from plain text, so that a new one can be written in an editor.

Cells begin with a line ``# %% <kind> [key=value ...]``, where kind is ``text`` (plain
Markdown), ``play`` (plain code), ``setup`` (locked code), ``solution``, ``test`` or
``written``; keys are ``id``, ``points`` and ``hint`` (quoted). The first lines, before
any cell, are ``key: value`` pairs of the notebook's ``course`` metadata. The notebook
is the source of truth afterwards; this is only a comfortable way to begin.
"""

import shlex
from typing import Any

from course_tools.assignments.notebooks import Cell, Notebook
from course_tools.errors import CourseError

MARK = "# %% "
KINDS = ("text", "play", "setup", "solution", "test", "written")


def from_text(text: str) -> Notebook:
    """The notebook that the text describes; CourseError names a cell at fault."""
    head, *blocks = ("\n" + text).split("\n" + MARK)
    course = _course(head)
    cells = [_cell(number, block) for number, block in enumerate(blocks, 1)]
    ids = [cell["id"] for cell in cells]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise CourseError(f"cell ids must differ; used twice: {', '.join(twice)}")
    return {
        "cells": cells,
        "metadata": {
            "course": course,
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _course(head: str) -> dict[str, Any]:
    pairs = (line.split(":", 1) for line in head.strip().splitlines() if ":" in line)
    given = {key.strip(): value.strip() for key, value in pairs}
    return {
        "assignment": given.get("assignment", ""),
        "forbidden": given.get("forbidden", "").split(),
        "minutes": int(given.get("minutes", "60")),
        "title": given.get("title", ""),
    }


def _cell(number: int, block: str) -> Cell:
    line, _, body = block.partition("\n")
    kind, *words = shlex.split(line)
    if kind not in KINDS:
        raise CourseError(f"cell {number}: {kind!r} is not one of {', '.join(KINDS)}")
    options = dict(word.split("=", 1) for word in words)
    name = options.get("id", f"cell-{number}")
    code = kind not in ("text", "written")
    metadata: dict[str, Any] = {}
    if kind in ("setup", "solution", "test", "written"):
        metadata["nbgrader"] = {
            "grade": kind in ("test", "written"),
            "grade_id": name,
            "locked": kind in ("setup", "test"),
            "schema_version": 3,
            "solution": kind in ("solution", "written"),
            "task": False,
        }
    if kind in ("test", "written"):
        metadata["nbgrader"]["points"] = int(options["points"])
    if "hint" in options:
        metadata["course"] = {"hint": options["hint"]}
    cell: Cell = {
        "cell_type": "code" if code else "markdown",
        "id": name,
        "metadata": metadata,
        "source": body.strip("\n"),
    }
    if code:
        cell |= {"execution_count": None, "outputs": []}
    return cell
