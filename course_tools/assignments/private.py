"""Private courses: the same assignments with questions nobody has published solved.

A folder outside the repository holds ``course.toml`` and, if wanted, texts of cells::

    secret = "any words; they draw the variants and the inputs"

    [ps01_hodgkin_huxley]
    variants = ["q3", "q7"]        # drawn anew; all there are by default, [] for none
    points = { q3-test1 = 2 }
    seeds = { q3-test1 = 7 }       # fixed inputs for one test cell

    ps01_hodgkin_huxley/q4-text.md     replaces the text of the cell with this id
    ps01_hodgkin_huxley/q4.py          ... of a solution, q4-test1.py of a test cell
    ps01_hodgkin_huxley/q4-test1-hint.md   ... of a test cell's public hint

What a question can become stands in ``solutions/<assignment>/variants.py``, or in the
private folder's own: functions ``q3(rng)`` that return the new texts by cell id. From
that ``sources`` writes a course of its own, ``solutions/`` and ``exercises/``, in the
folder; the gates and the grader then work on it as on any other.
"""

import copy
import hashlib
import importlib.util
import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from course_tools.assignments import notebooks, release
from course_tools.assignments.notebooks import Notebook
from course_tools.assignments.release import Product
from course_tools.errors import CourseError

_CELL_TYPES = {".md": "markdown", ".py": "code"}
_HINT = "-hint"
_KEYS: dict[str, tuple[type, Any, str]] = {  # of a table: kind, what is in it, example
    "variants": (list, str, '["q3", "q7"]'),
    "points": (dict, int | float, "{ q3-test1 = 2 }"),
    "seeds": (dict, int, "{ q3-test1 = 7 }"),
}


def read(folder: Path) -> dict[str, Any]:
    """The folder's ``course.toml``; a CourseError says what is wrong with it."""
    path = folder / "course.toml"
    if folder.resolve().is_relative_to(notebooks.root()):
        raise CourseError(
            f"{folder} lies in the repository; a private course belongs outside it"
        )
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(
            f'expected {path} with a line such as secret = "any words"; it is missing'
        ) from None
    except (OSError, ValueError) as error:
        raise CourseError(
            f"{path} cannot be read ({error}); expected lines of TOML, texts in quotes"
        ) from None
    secret = settings.get("secret")
    if not isinstance(secret, str) or len(secret) < 8:
        raise CourseError(
            f'{path}: expected secret = "at least eight characters", got '
            + (repr(secret) if secret is not None else "none")
        )
    known = set(notebooks.assignments())
    for name, table in settings.items():
        if name == "secret":
            continue
        if name not in known or not isinstance(table, dict):
            raise CourseError(
                f"{path}: [{name}] is no assignment; there are "
                f"{', '.join(sorted(known))}"
            )
        _check_keys(f"{path}, [{name}]", table)
    return settings


def _check_keys(where: str, table: Mapping[str, Any]) -> None:
    for key, value in table.items():
        if key not in _KEYS:
            raise CourseError(
                f"{where}: {key!r} means nothing; expected {', '.join(_KEYS)}"
            )
        kind, inside, example = _KEYS[key]
        found = value.values() if isinstance(value, dict) else value
        if not isinstance(value, kind) or not all(
            isinstance(one, inside) and (inside is str or one >= 0) for one in found
        ):
            raise CourseError(f"{where}: expected {key} = {example}, got {value!r}")


def number(secret: str, *words: str) -> int:
    """A number that only the secret's owner can compute."""
    text = json.dumps([secret, *words]).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:7], "big")


def variants(assignment: str, folder: Path) -> dict[str, Callable[..., Any]]:
    """Functions that draw new texts, by question; the folder's own come first."""
    shared = notebooks.source_path(assignment).with_name("variants.py")
    own = folder / assignment / "variants.py"
    found: dict[str, Callable[..., Any]] = {}
    for path in (shared, own):
        if path.is_file():
            spec = importlib.util.spec_from_file_location("variants", path)
            assert spec is not None and spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            found |= {
                name: function
                for name, function in vars(module).items()
                if callable(function) and name[0] == "q" and name[1:].isdigit()
            }
    return found


def source(assignment: str, folder: Path) -> Notebook:
    """The assignment as this course asks it."""
    import numpy as np

    settings = read(folder)
    table = settings.get(assignment, {})
    notebook = copy.deepcopy(notebooks.read(notebooks.find_source(assignment)))
    possible = variants(assignment, folder)
    wanted = table.get("variants", sorted(possible))
    texts: dict[str, str] = {}
    for question in wanted:
        if question not in possible:
            there = ", ".join(sorted(possible)) or "none"
            raise CourseError(f"{assignment}: {question} has no variants; {there} have")
        rng = np.random.default_rng(number(settings["secret"], assignment, question))
        texts |= possible[question](rng)
    types = {}
    for path in sorted((folder / assignment).glob("*.*")):
        if path.suffix in _CELL_TYPES and path.name != "variants.py":
            texts[path.stem] = path.read_text(encoding="utf-8").rstrip("\n")
            types[path.stem] = _CELL_TYPES[path.suffix]
    cells = _by_name(notebook)
    for name, text in texts.items():
        if name.endswith(_HINT):
            cell = _cell(cells, name.removesuffix(_HINT), assignment)
            cell["metadata"].setdefault("course", {})["hint"] = text
            continue
        cell = _cell(cells, name, assignment)
        if types.get(name, cell["cell_type"]) != cell["cell_type"]:
            raise CourseError(
                f"{assignment}: {name} is a {cell['cell_type']} cell; a file that "
                "replaces Markdown ends in .md, code in .py"
            )
        cell["source"] = text
    _metadata(cells, table, assignment)
    return notebook


def _by_name(notebook: Notebook) -> dict[str, Any]:
    """Cells by their id and grade_id; ``q3-text`` is the Markdown above ``q3``.

    An editor gives new cells ids of its own, so the names must not depend on them.
    """
    cells, above = {cell["id"]: cell for cell in notebook["cells"]}, None
    for cell in notebook["cells"]:
        name = notebooks.grade_id(cell)
        if name:
            cells[name] = cell
        elif cell["cell_type"] == "markdown":
            above = cell
        if above is not None and notebooks.role(cell) in ("solution", "written"):
            cells.setdefault(f"{name}-text", above)
    return cells


def _cell(cells: Mapping[str, Any], name: str, assignment: str) -> Any:
    if name not in cells:
        raise CourseError(
            f"{assignment} has no cell {name!r}; there are {', '.join(cells)}"
        )
    return cells[name]


def _metadata(
    cells: Mapping[str, Any], table: Mapping[str, Any], assignment: str
) -> None:
    for name, points in table.get("points", {}).items():
        cell = _cell(cells, name, assignment)
        if notebooks.role(cell) not in ("test", "written"):
            raise CourseError(
                f"{assignment}: {name} cannot have points; tests and written answers do"
            )
        cell["metadata"]["nbgrader"]["points"] = points
    for name, seed in table.get("seeds", {}).items():
        cell = _cell(cells, name, assignment)
        cell["metadata"].setdefault("course", {})["seed"] = seed


def products(assignment: str, folder: Path) -> list[Product]:
    """The course's source, what students get, and the data of their self-check."""
    notebook = source(assignment, folder)
    problems = release.complaints(assignment, notebook)
    if problems:
        raise CourseError(f"{assignment} in {folder}: " + "; ".join(problems))
    visible = release.visible_tests(assignment, notebook)
    place = folder / "exercises" / assignment
    text = json.dumps(visible, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return [
        Product(notebooks.source_path(assignment, folder), notebooks.dumps(notebook)),
        Product(
            place / f"{assignment}.ipynb", notebooks.dumps(release.release(notebook))
        ),
        Product(place / f"{assignment}.check.json", text),
    ]


def write(names: list[str], folder: Path) -> list[Path]:
    """Make the course in its folder, whole; the files that changed."""
    made = [item for name in names for item in products(name, folder)]
    changed = [item for item in made if item.stale()]
    for item in changed:
        item.path.parent.mkdir(parents=True, exist_ok=True)
        item.path.write_text(item.text, encoding="utf-8", newline="\n")
    return [item.path for item in changed]
