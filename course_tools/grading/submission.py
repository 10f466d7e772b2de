"""What was handed in: only the text of answers is taken from it.

``normalise`` reads whatever a student handed in and returns the text of each answer it
can find, with a sentence for every repair. Test cells, points, tags, outputs and
metadata of the submission are never used.
"""

import ast
import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_tools.assignments import notebooks
from course_tools.errors import CourseError
from course_tools.grading.sources import (
    Cell,
    Source,
    bound,
    mentioned,
    parsed,
    untouched,
)

MAX_BYTES = 50 << 20
MAX_CELLS = 5_000
MAX_SOURCE = 1_000_000  # characters of a code cell
MAX_REPAIRS = 100  # that are listed one by one


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
    is_code: bool
    source: str
    name: str
    id: str
    tags: list[str]


def contents(path: Path) -> bytes:
    """The bytes of a notebook; the first ones of a file that is too large to be one."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


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
    result.suspicious = list(dict.fromkeys(result.suspicious))
    more = len(result.repairs) - MAX_REPAIRS
    if more > 0:
        result.repairs[MAX_REPAIRS:] = [f"and {more} more"]
    return result


def _read(data: bytes, source: Source, result: Submission) -> list[_Found]:
    if not data.strip():
        raise CourseError("the file is empty; ask for the notebook again")
    if len(data) > MAX_BYTES:
        raise CourseError(
            f"the file has over {MAX_BYTES >> 20} MB; ask for it without outputs"
        )
    text = _decoded(data, result)
    if re.search(r"^(<{7}|>{7}) ", text, re.MULTILINE):
        raise CourseError(
            "the file holds the marks of an unfinished merge (<<<<<<<); ask the "
            "student to resolve it and hand in again"
        )
    notebook = _parsed_json(text)
    cells = _cells(notebook, result)
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


def _parsed_json(text: str) -> dict[str, Any]:
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
    return notebook


def _cells(notebook: Mapping[str, Any], result: Submission) -> list[Any]:
    """The list of cells, whatever is in it; the old format had sheets of them."""
    cells, sheets = notebook.get("cells"), notebook.get("worksheets")
    if cells is None and isinstance(sheets, list):
        result.repairs.append(
            "the notebook is in the old format 3; its cells were read"
        )
        return [
            {**cell, "source": cell.get("input", cell.get("source", ""))}
            for sheet in sheets
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
            for cell in sheet["cells"]
            if isinstance(cell, dict)
        ]
    if not isinstance(cells, list):
        raise CourseError(
            "the file is not a notebook: it has no list of cells; ask for it again"
        )
    if notebook.get("nbformat") != 4:
        result.repairs.append("the notebook's format number is not 4; read as 4")
    return cells


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
    is_code = cell.get("cell_type") == "code"
    if is_code and len(clean) > MAX_SOURCE:
        result.repairs.append(_too_long(f"cell {index + 1}", clean))
        clean = ""
    meta = cell.get("metadata")
    meta = meta if isinstance(meta, dict) else {}
    grader = meta.get("nbgrader")
    name = grader.get("grade_id") if isinstance(grader, dict) else None
    tags = meta.get("tags")
    return _Found(
        index=index,
        is_code=is_code,
        source=clean,
        name=name if isinstance(name, str) else "",
        id=cell["id"] if isinstance(cell.get("id"), str) else "",
        tags=[str(t) for t in tags] if isinstance(tags, list) else [],
    )


def _too_long(which: str, source: str) -> str:
    return (
        f"{which} has {len(source)} characters, more than an answer can have; read as "
        "empty"
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
        if not found.is_code:
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
    given_ids = {str(c.get("id", "")) for c in source.notebook["cells"]}
    text_ids = given_ids - known  # cells between the questions
    for position, cell in enumerate(source.cells):
        if owner[cell.name] or cell.role not in ("solution", "written"):
            continue
        before = [f.index for c in source.cells[:position] for f in owner[c.name]]
        after = [f.index for c in source.cells[position + 1 :] for f in owner[c.name]]
        low, high = max(before, default=-1), min(after, default=MAX_CELLS)
        is_code = cell.kind == "code"
        between = [
            f
            for f in free
            if low < f.index < high and f.is_code == is_code and f.id not in text_ids
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
            if other.is_code:
                result.extras.append((cell.name, other.source))
    text = chosen.source
    if cell.kind == "code" and not chosen.is_code:
        result.repairs.append(
            f"{cell.name}: the cell was turned into text; read as code"
        )
        if len(text) > MAX_SOURCE:
            result.repairs.append(_too_long(cell.name, text))
            text = ""
    _note_tags(cell, chosen, result)
    result.answers[cell.name] = text


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
            f"{cell.name}: the {what} is not the course's; the course's is used"
        )
    for found in copies:
        _note_tags(cell, found, result)


def _note_tags(cell: Cell, found: _Found, result: Submission) -> None:
    if "skip-execution" in found.tags:
        result.suspicious.append(f"{cell.name}: a tag asks graders to skip the cell")
    elif set(found.tags) - {notebooks.GO_ON}:
        result.repairs.append(f"{cell.name}: tags were ignored")


def _tidy(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


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
            if found.is_code and found.id not in given_ids:
                waiting.append(found.source)
        elif roles[name].role == "locked" and roles[name].kind == "code":
            waiting.append(_added_imports(roles[name].given, found.source))
        elif roles[name].role == "solution":
            for text in waiting:
                useful = (bound(text) | _imported(text)) & wanted
                if useful:
                    result.extras.append((name, text))
                    listed = ", ".join(sorted(useful)[:5])[:100]
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
_ADVICE = {
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
_WORDS = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, _ADVICE))})")


def _advise(result: Submission) -> None:
    for name, text in [*result.answers.items(), *result.extras]:
        for word in dict.fromkeys(_WORDS.findall(text)):
            result.suspicious.append(f"{name}: {_ADVICE[word]} ({word})")
        tree = parsed(text) if "__eq__" in text else None
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.FunctionDef) and node.name == "__eq__":
                body = node.body[-1]
                if isinstance(body, ast.Return) and isinstance(
                    body.value, ast.Constant
                ):
                    result.suspicious.append(f"{name}: an object that equals anything")
