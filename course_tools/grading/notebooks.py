"""What was handed in, rebuilt from the source: only the text of answers is taken.

``load_source`` reads a source notebook into a ``Source``: its cells, what they are
for, and what the students were given. ``normalise`` reads whatever a student handed
in and returns the text of each answer it can find, with a sentence for every repair.
Test cells, points, tags, outputs and metadata of the submission are never used.
"""

import ast
import copy
import difflib
import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_tools.assignments import notebooks as plain
from course_tools.assignments.release import stub_of, visible_part
from course_tools.errors import CourseError

MAX_BYTES = 50 << 20
MAX_CELLS = 5_000


# --- the source -------------------------------------------------------------------


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
        found: set[str] = {"numpy"}
        for cell in self.of("locked", "solution"):
            for node in ast.walk(parsed(cell.source) or ast.Module([], [])):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.add(node.module)
        return tuple(sorted(n for n in found if not self.is_forbidden(n)))

    def is_forbidden(self, module: str) -> bool:
        """Whether students are asked to write this module themselves."""
        return any(module == f or module.startswith(f + ".") for f in self.forbidden)

    def tests_of(self, question: str) -> list[Cell]:
        """The test cells of a question."""
        return [c for c in self.of("test") if plain.question_of(c.name) == question]


def load_source(path: Path | str) -> Source:
    """Read a source notebook; a CourseError says what is wrong with it."""
    path = Path(path)
    notebook = plain.read(path)
    meta = plain.course_metadata(notebook)
    cells = []
    for raw in notebook["cells"]:
        role = plain.role(raw)
        if role == "plain":
            continue
        given = raw["source"]
        if role in ("solution", "written"):
            given = stub_of(raw)
        elif role in ("test", "locked"):
            given = visible_part(given)
        course = raw["metadata"].get("course")
        cells.append(
            Cell(
                name=plain.grade_id(raw),
                id=str(raw.get("id", "")),
                role=role,
                kind=raw["cell_type"],
                source=raw["source"],
                given=given,
                points=float(raw["metadata"]["nbgrader"].get("points") or 0),
                hint=str((course or {}).get("hint", "")),
                in_place=(course or {}).get("in_place") is True,
                seed=(course or {}).get("seed"),
            )
        )
    names = [cell.name for cell in cells]
    for name in names:
        if names.count(name) > 1:
            raise CourseError(f"{path}: two cells have the name {name!r}")
    return Source(
        assignment=str(meta.get("assignment") or path.stem),
        path=path,
        notebook=notebook,
        cells=tuple(cells),
        forbidden=tuple(meta.get("forbidden", ())),
    )


def parsed(source: str) -> ast.Module | None:
    """The syntax tree of a cell, or None if it is not Python as it stands."""
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
        return frozenset(re.findall(r"[^\W\d]\w*", source))
    return frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name))


# --- what was handed in -----------------------------------------------------------


@dataclass
class Submission:
    """The answers found in a notebook and how they were found."""

    answers: dict[str, str] = field(default_factory=dict)
    # Cells of the student's own that bind names their answers use: the name of the
    # answer they stand before, and their text.
    extras: list[tuple[str, str]] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    suspicious: list[str] = field(default_factory=list)
    unreadable: str = ""  # a sentence, if nothing could be read


@dataclass
class _Found:
    """A cell of the submission."""

    index: int
    kind: str
    source: str
    name: str
    id: str
    tags: list[str]


def normalise(source: Source, data: bytes) -> Submission:
    """The answers in the bytes of a notebook; never raises on what they hold."""
    result = Submission()
    try:
        cells = _read(data, source, result)
    except CourseError as error:
        result.unreadable = str(error)
        return result
    owner = _match(source, cells, result)
    for cell in source.cells:
        if cell.role in ("solution", "written"):
            _take(cell, owner, result)
        else:
            _compare(cell, owner, result)
    _own_cells(source, cells, owner, result)
    _advise(result)
    return result


def _read(data: bytes, source: Source, result: Submission) -> list[_Found]:
    if not data.strip():
        raise CourseError("the file is empty; ask for the notebook again")
    if len(data) > MAX_BYTES:
        raise CourseError(
            f"the file has {len(data) >> 20} MB; ask for it without outputs"
        )
    text = _decoded(data, result)
    if re.search(r"^(<{7}|>{7}) ", text, re.MULTILINE):
        raise CourseError(
            "the file holds the marks of an unfinished merge (<<<<<<<); ask the "
            "student to resolve it and hand in again"
        )
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        at = (
            f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        )
        raise CourseError(
            f"the file is not a readable notebook: it stops being JSON{at}; it may "
            "have been cut off, ask for it again"
        ) from None
    if not isinstance(notebook, dict):
        raise CourseError("the file is JSON but not a notebook; ask for it again")
    cells: Any = notebook.get("cells")
    sheets = notebook.get("worksheets")
    if cells is None and isinstance(sheets, list):
        cells = [
            {**cell, "source": cell.get("input", cell.get("source", ""))}
            for sheet in sheets
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
            for cell in sheet["cells"]
            if isinstance(cell, dict)
        ]
        result.repairs.append(
            "the notebook is in the old format 3; its cells were read"
        )
    if not isinstance(cells, list):
        raise CourseError("the file is not a notebook: it has no list of cells")
    if cells is notebook.get("cells") and notebook.get("nbformat") != 4:
        result.repairs.append("the notebook's format number is not 4; read as 4")
    kernel, ours = _kernel(notebook), _kernel(source.notebook)
    if kernel and ours and kernel != ours:
        result.repairs.append(f"the kernel {ascii(kernel)[:60]} was replaced by {ours}")
    if len(cells) > MAX_CELLS:
        raise CourseError(f"the notebook has {len(cells)} cells; ask for it again")
    return [
        found
        for index, cell in enumerate(cells)
        if (found := _found(index, cell, result)) is not None
    ]


def _kernel(notebook: Mapping[str, Any]) -> str:
    meta = notebook.get("metadata")
    spec = meta.get("kernelspec") if isinstance(meta, dict) else None
    name = spec.get("name") if isinstance(spec, dict) else None
    return name if isinstance(name, str) else ""


def _decoded(data: bytes, result: Submission) -> str:
    for encoding, note in [
        ("utf-8", ""),
        ("utf-8-sig", "a byte-order mark was removed"),
        ("utf-16", "the file was in UTF-16"),
        ("latin-1", "the file was not UTF-8; read as Latin-1"),
    ]:
        if encoding == "utf-8" and data.startswith(b"\xef\xbb\xbf"):
            continue
        if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if note:
            result.repairs.append(note)
        return text
    raise AssertionError("latin-1 decodes everything")


def _found(index: int, cell: Any, result: Submission) -> _Found | None:
    if not isinstance(cell, dict):
        result.repairs.append(f"cell {index + 1} is not a cell; left out")
        return None
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        result.repairs.append(f"cell {index + 1} has no text; read as empty")
        source = ""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in source:
        result.repairs.append(f"NUL characters were removed from cell {index + 1}")
        source = source.replace("\0", "")
    clean = source.encode("utf-8", "replace").decode()
    if clean != source:
        result.repairs.append(f"broken characters were replaced in cell {index + 1}")
    meta = cell.get("metadata")
    meta = meta if isinstance(meta, dict) else {}
    grader = meta.get("nbgrader")
    name = grader.get("grade_id") if isinstance(grader, dict) else None
    tags = meta.get("tags")
    return _Found(
        index=index,
        kind="code" if cell.get("cell_type") == "code" else "text",
        source=clean,
        name=name if isinstance(name, str) else "",
        id=cell["id"] if isinstance(cell.get("id"), str) else "",
        tags=[str(t) for t in tags] if isinstance(tags, list) else [],
    )


# --- which cell is which ------------------------------------------------------------


def _match(
    source: Source, cells: Sequence[_Found], result: Submission
) -> dict[str, list[_Found]]:
    """For each cell of the source the cells of the submission that stand for it.

    By grade_id, then by cell id, then by what the cell defines or resembles. Several
    are copies, in the order of the notebook.
    """
    owner: dict[str, list[_Found]] = {cell.name: [] for cell in source.cells}
    free = []
    by_id = {cell.id: cell.name for cell in source.cells if cell.id}
    for found in cells:
        if found.name in owner:
            owner[found.name].append(found)
        else:
            free.append(found)
    for found in list(free):
        name = by_id.get(found.id)
        if name and not owner[name]:
            owner[name].append(found)
            free.remove(found)
            result.repairs.append(
                f"{name}: its metadata was lost; found by its cell id"
            )
    # Test and locked cells first, so that none is taken for an answer.
    roles = ("test", "locked"), ("solution", "written")
    for cell in [c for group in roles for c in source.of(*group)]:
        if owner[cell.name]:
            continue
        best = max(free, key=lambda f: _likeness(cell, f), default=None)
        least = 0.85 if cell.role in ("test", "locked") else 0.6
        if best is not None and _likeness(cell, best) > least:
            owner[cell.name].append(best)
            free.remove(best)
            result.repairs.append(
                f"{cell.name}: its metadata was lost; found by its text in cell "
                f"{best.index + 1}"
            )
    _by_position(source, owner, free, result)
    return owner


def _likeness(cell: Cell, found: _Found) -> float:
    """How much a cell looks like the one that was given, from 0 to 2."""
    if not found.source.strip():
        return 0.0
    if cell.role == "solution" and bound(cell.given):
        if found.kind != "code":
            return 0.0
        share = len(bound(cell.given) & bound(found.source)) / len(bound(cell.given))
        return 1 + share if share else 0.0
    if len(found.source) > 20_000:
        return 0.0
    matcher = difflib.SequenceMatcher(None, cell.given, found.source, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() > 0.6 else 0.0


def _by_position(
    source: Source,
    owner: dict[str, list[_Found]],
    free: list[_Found],
    result: Submission,
) -> None:
    """An answer that is still lost: the only unknown cell between its neighbours."""
    known = {cell.id for cell in source.cells}
    plain_ids = {str(c.get("id", "")) for c in source.notebook["cells"]} - known
    for position, cell in enumerate(source.cells):
        if owner[cell.name] or cell.role not in ("solution", "written"):
            continue
        before = [f.index for c in source.cells[:position] for f in owner[c.name]]
        after = [f.index for c in source.cells[position + 1 :] for f in owner[c.name]]
        low, high = max(before, default=-1), min(after, default=MAX_CELLS)
        kind = "code" if cell.kind == "code" else "text"
        between = [
            f
            for f in free
            if low < f.index < high and f.kind == kind and f.id not in plain_ids
        ]
        if len(between) == 1 and between[0].source.strip():
            owner[cell.name].append(between[0])
            free.remove(between[0])
            result.repairs.append(
                f"{cell.name}: its metadata was lost; found by its place, cell "
                f"{between[0].index + 1}"
            )


def _take(cell: Cell, owner: dict[str, list[_Found]], result: Submission) -> None:
    """Choose the answer among the copies of a cell."""
    copies = owner[cell.name]
    if not copies:
        result.repairs.append(f"{cell.name}: the answer cell is missing")
        return
    written = [f for f in copies if not untouched(cell, f.source)]
    chosen = (written or copies)[-1]  # run from top to bottom, the last one counts
    if len(copies) > 1:
        result.repairs.append(
            f"{cell.name}: the cell is there {len(copies)} times; the last one with "
            f"an answer counts (cell {chosen.index + 1})"
        )
        for other in written[:-1]:
            result.extras.append((cell.name, other.source))
    if cell.kind == "code" and chosen.kind != "code":
        result.repairs.append(
            f"{cell.name}: the cell was turned into text; read as code"
        )
    _note_tags(cell, chosen, result)
    result.answers[cell.name] = chosen.source


def _compare(cell: Cell, owner: dict[str, list[_Found]], result: Submission) -> None:
    """Say what was done to a locked cell; the source's own is used in any case."""
    copies = owner[cell.name]
    what = "test cell" if cell.role == "test" else "locked cell"
    if not copies:
        result.repairs.append(f"{cell.name}: the {what} was deleted; it was put back")
        return
    if len(copies) > 1:
        result.repairs.append(f"{cell.name}: the {what} was copied; copies are ignored")
    if any(_tidy(f.source) != _tidy(cell.given) for f in copies):
        result.repairs.append(
            f"{cell.name}: the {what} was edited; the original is used"
        )
    for found in copies:
        _note_tags(cell, found, result)


def _note_tags(cell: Cell, found: _Found, result: Submission) -> None:
    if "skip-execution" in found.tags:
        result.suspicious.append(f"{cell.name}: a tag asks graders to skip the cell")
    elif found.tags:
        result.repairs.append(f"{cell.name}: tags were ignored")


def _tidy(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def untouched(cell: Cell, text: str) -> bool:
    """Whether an answer is empty or what was given, apart from comments and space."""
    return _bones(text) in ("", _bones(cell.given))


def _bones(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def _own_cells(
    source: Source,
    cells: Sequence[_Found],
    owner: dict[str, list[_Found]],
    result: Submission,
) -> None:
    """Cells the student added, and imports added to locked cells, if answers use them.

    They run in the student's process only, just before the answer that follows them,
    so the worst they can do is to break that answer.
    """
    given_ids = {str(c.get("id", "")) for c in source.notebook["cells"]} - {""}
    names = {f.index: name for name, found in owner.items() for f in found}
    roles = {cell.name: cell for cell in source.cells}
    wanted = set().union(*(mentioned(text) for text in result.answers.values()))
    waiting: list[str] = []
    for found in cells:
        name = names.get(found.index)
        if name is None:
            if found.kind == "code" and found.id not in given_ids:
                waiting.append(found.source)
        elif roles[name].role == "locked" and roles[name].kind == "code":
            waiting.append(_added_imports(roles[name].given, found.source))
        elif roles[name].role == "solution":
            for text in waiting:
                useful = (bound(text) | _imported(text)) & wanted
                if useful:
                    result.extras.append((name, text))
                    listed = ", ".join(sorted(useful)[:5])
                    result.repairs.append(
                        f"{name}: a cell of the student's own runs before it ({listed})"
                    )
            waiting.clear()


def _imported(source: str) -> frozenset[str]:
    tree = parsed(source)
    return frozenset(
        (alias.asname or alias.name).split(".")[0]
        for node in (tree.body if tree else ())
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    )


def _added_imports(given: str, text: str) -> str:
    """The import lines of an edited locked cell that the original does not have."""
    tree = parsed(text)
    lines = [
        ast.unparse(node)
        for node in (tree.body if tree else ())
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    original = parsed(given)
    have = {ast.unparse(node) for node in (original.body if original else ())}
    return "\n".join(line for line in lines if line not in have)


# --- advice ---------------------------------------------------------------------------

# Names that an honest answer of this course has no use for. A hit never costs a mark.
_ATTACKS = {
    "_getframe": "looks at the caller's frames",
    "f_back": "looks at the caller's frames",
    "gc.get_objects": "searches the memory",
    "ctypes": "reaches below Python",
    "ast_transformers": "changes how cells are run",
    "input_transformers_post": "changes how cells are run",
    "do_execute": "changes how cells are run",
    "displayhook": "changes how results are shown",
    "showtraceback": "hides errors",
    "set_custom_exc": "hides errors",
    "course_tools": "looks for the grader",
    "BEGIN SOLUTION": "looks for the solutions",
    "solutions/": "looks for the solutions",
    "gradebook.db": "looks for the gradebook",
}


_ATTACK = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, _ATTACKS))})")


def _advise(result: Submission) -> None:
    for name, text in [*result.answers.items(), *result.extras]:
        for word in dict.fromkeys(_ATTACK.findall(text)):
            result.suspicious.append(f"{name}: {_ATTACKS[word]} ({word})")
        tree = parsed(text) if "__eq__" in text else None
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.FunctionDef) and node.name == "__eq__":
                body = node.body[-1]
                if isinstance(body, ast.Return) and isinstance(
                    body.value, ast.Constant
                ):
                    result.suspicious.append(f"{name}: an object that equals anything")


def rebuilt(
    source: Source, answers: Mapping[str, str], hidden: bool = False
) -> dict[str, Any]:
    """The source notebook with a student's answers; hidden tests only on request."""
    notebook = copy.deepcopy(dict(source.notebook))
    cells = {cell.name: cell for cell in source.cells}
    for raw in notebook["cells"]:
        cell = cells.get(plain.grade_id(raw))
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
        inside = inside or plain.BEGIN_HIDDEN in line
        if inside:
            lines.add(number)
        inside = inside and plain.END_HIDDEN not in line
    return lines
