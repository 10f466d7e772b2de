"""The source notebook as the engine needs it: cells, what they are for, what was given.

Two kinds of text belong to a cell: ``source``, with solution and hidden tests, and
``given``, what the release shows of it.
"""

import ast
import copy
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_tools.assignments import notebooks
from course_tools.assignments.release import stub_of, visible_part
from course_tools.errors import CourseError

MAX_PARSED = 100_000  # characters


@dataclass(frozen=True)
class Cell:
    """One cell of the source that matters to the engine."""

    name: str  # grade_id
    id: str
    role: str  # solution, test, written, locked
    kind: str  # code, markdown
    source: str
    given: str  # what the release shows of it
    points: float = 0.0
    hint: str = ""
    in_place: bool = False  # the test looks at arguments that an answer must change
    seed: int | None = None  # of its inputs, instead of the submission's


@dataclass(frozen=True)
class Source:
    """A source notebook and what follows from it."""

    assignment: str
    path: Path
    notebook: Mapping[str, Any]
    cells: tuple[Cell, ...]
    forbidden: tuple[str, ...]

    def of(self, *roles: str) -> list[Cell]:
        """The cells with one of these roles, in order."""
        return [cell for cell in self.cells if cell.role in roles]

    @functools.cached_property
    def solutions(self) -> dict[str, str]:
        """The answers of the source itself."""
        return {cell.name: cell.source for cell in self.of("solution", "written")}

    @functools.cached_property
    def stubs(self) -> dict[str, str]:
        """The answers of an untouched release."""
        return {cell.name: cell.given for cell in self.of("solution", "written")}

    @functools.cached_property
    def max_score(self) -> float:
        """What the machine can give."""
        return sum(cell.points for cell in self.of("test"))

    @functools.cached_property
    def answer_names(self) -> frozenset[str]:
        """Names that the solution cells of the source bind."""
        return frozenset().union(*(bound(c.source) for c in self.of("solution")))

    @functools.cached_property
    def imports(self) -> tuple[str, ...]:
        """Modules the cells import: what a warm process loads before it forks."""
        found = {"numpy", *_modules(self.of("locked", "solution"))}
        return tuple(sorted(n for n in found if not self.is_forbidden(n)))

    @functools.cached_property
    def test_imports(self) -> tuple[str, ...]:
        """Modules that test cells import, hidden parts too: what the judge loads."""
        return tuple(sorted(_modules(self.of("test"))))

    def is_forbidden(self, module: str) -> bool:
        """Whether students are asked to write this module themselves."""
        return any(module == f or module.startswith(f + ".") for f in self.forbidden)

    def tests_of(self, question: str) -> list[Cell]:
        """The test cells of a question."""
        return [c for c in self.of("test") if notebooks.question_of(c.name) == question]


def load_source(path: Path | str) -> Source:
    """Read a source notebook; a CourseError says what is wrong with it."""
    path = Path(path)
    notebook = notebooks.read(path)
    meta = notebooks.course_metadata(notebook)
    cells = [_cell(raw) for raw in notebook["cells"] if notebooks.role(raw) != "plain"]
    names = [cell.name for cell in cells]
    for name in names:
        if names.count(name) > 1:
            raise CourseError(
                f"{path}: two cells have the grade_id {name!r}; give one another"
            )
    return Source(
        assignment=str(meta.get("assignment") or path.stem),
        path=path,
        notebook=notebook,
        cells=tuple(cells),
        forbidden=tuple(meta.get("forbidden", ())),
    )


def _cell(raw: notebooks.Cell) -> Cell:
    role, given = notebooks.role(raw), raw["source"]
    if role in ("solution", "written"):
        given = stub_of(raw)
    elif role in ("test", "locked"):
        given = visible_part(given)
    course = raw["metadata"].get("course") or {}
    return Cell(
        name=notebooks.grade_id(raw),
        id=str(raw.get("id", "")),
        role=role,
        kind=raw["cell_type"],
        source=raw["source"],
        given=given,
        points=float(raw["metadata"]["nbgrader"].get("points") or 0),
        hint=str(course.get("hint", "")),
        in_place=course.get("in_place") is True,
        seed=course.get("seed"),
    )


def _modules(cells: Iterable[Cell]) -> set[str]:
    """Modules that cells import."""
    found: set[str] = set()
    for cell in cells:
        for node in ast.walk(parsed(cell.source) or ast.Module([], [])):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
    return found


def parsed(source: str) -> ast.Module | None:
    """The syntax tree of a cell, or None if it is not Python as it stands.

    Nor of one that is far longer than a cell: its tree may take a thousand times more.
    """
    if len(source) > MAX_PARSED:
        return None
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@functools.lru_cache(maxsize=512)
def bound(source: str) -> frozenset[str]:
    """Names a cell binds at its top level, imports left out."""
    tree = parsed(source)
    names: set[str] = set()
    for node in tree.body if tree else ():
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    names.add(part.id)
    return frozenset(names)


@functools.lru_cache(maxsize=512)
def mentioned(source: str) -> frozenset[str]:
    """Names a cell reads anywhere; every identifier in it if it is not Python."""
    tree = parsed(source)
    if tree is None:
        return frozenset(m.group() for m in re.finditer(r"[^\W\d]\w*", source))
    return frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name))


def untouched(cell: Cell, text: str) -> bool:
    """Whether an answer is empty or what was given, apart from comments and space."""
    return _bones(text) in ("", _bones(cell.given))


def _bones(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def rebuilt(
    source: Source, answers: Mapping[str, str], hidden: bool = False
) -> dict[str, Any]:
    """The source notebook with a student's answers; hidden tests only on request."""
    notebook = copy.deepcopy(dict(source.notebook))
    cells = {cell.name: cell for cell in source.cells}
    for raw in notebook["cells"]:
        cell = cells.get(notebooks.grade_id(raw))
        if cell is None:
            continue
        if cell.role in ("solution", "written"):
            raw["source"] = answers.get(cell.name, cell.given)
        elif not hidden:
            raw["source"] = cell.given
    return notebook


def hidden_lines(source: str) -> set[int]:
    """Numbers of the lines of a test cell that lie in its hidden part."""
    lines, inside = set(), False
    for number, line in enumerate(source.splitlines(), start=1):
        inside = inside or notebooks.BEGIN_HIDDEN in line
        if inside:
            lines.add(number)
        inside = inside and notebooks.END_HIDDEN not in line
    return lines
