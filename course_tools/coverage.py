"""The coverage map: where each equation, table and claim of the sources lives.

``docs/coverage.csv`` has one row per item, ``docs/source_items.csv`` says in a line
what each item is, and ``docs/coverage.md`` how the ids are made. Here both files are
read, every name in them is looked up (code, tests, pages, anchors, questions, result
files), and the complete rows are counted:

    python -m course_tools.coverage             the count, and what is wrong if anything
    python -m course_tools.coverage --todo cnn  the rows of a source still to be filled

Names are looked up in the source text, not imported: the check takes a second and
needs neither torch nor a built book.
"""

import argparse
import ast
import csv
import functools
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_tools import book
from course_tools.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent

# The prefix of an id -> the source's short name, in the order of the book.
SOURCES = {
    "lecture": "Borisov 2024",
    "cnn": "HybridTech 2018",
    "hybrid": "Golubinskiy and Tolstykh 2021",
    "dirichlet": "Abdulkadirov and Lyakhov 2023",
    "hyper": "Radiuk 2020",
}

COLUMNS = (
    "id",
    "source",
    "kind",
    "code",
    "test",
    "page",
    "assignment",
    "result",
    "verdict",
    "why_not",
)

# What a row of each kind must name to be complete.
SHOWN = ("code", "test", "page")
REQUIRED = {
    "equation": SHOWN,
    "system": SHOWN,
    "algorithm": SHOWN,
    "figure": SHOWN,
    "table": (*SHOWN, "result", "verdict"),
    "claim": (*SHOWN, "verdict"),
    "erratum": (*SHOWN, "verdict"),
}

VERDICTS = {
    "right": "checked, and right as printed",
    "corrected": "wrong as printed; the right form is given and tested",
    "completed": "missing or incomplete in print; reconstructed and tested",
    "supported": "our evidence agrees with the claim",
    "partly supported": "holds under conditions that the page names",
    "refuted": "our evidence contradicts the claim",
    "not decided": "the evidence that can be had does not decide",
    "not reproducible": "the printed number does not follow from what is printed",
    "untestable": "needs data or settings that nobody outside has",
}


@dataclass(frozen=True)
class Row:
    """One item of a source. ``code``, ``test`` and ``assignment`` may name several."""

    id: str
    source: str
    kind: str
    code: tuple[str, ...]
    test: tuple[str, ...]
    page: str
    assignment: tuple[str, ...]
    result: str
    verdict: str
    why_not: str
    what: str = ""

    @property
    def missing(self) -> list[str]:
        """The required cells that are empty; a reason excuses all but the verdict."""
        empty = [name for name in REQUIRED[self.kind] if not getattr(self, name)]
        if self.why_not:
            empty = [name for name in empty if name == "verdict"]
        return empty

    @property
    def complete(self) -> bool:
        """Whether nothing required is missing."""
        return not self.missing


# ------------------------------------------------------------------------- reading


def _table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    if not path.exists():
        raise CourseError(
            f"expected {path}, found none; the coverage map is part of a checkout, "
            "not of the installed package: run this in the repository"
        )
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if tuple(reader.fieldnames or ()) != tuple(columns):
            raise CourseError(
                f"{path.name}: expected the columns {','.join(columns)}, "
                f"got {','.join(reader.fieldnames or ())}"
            )
        rows = []
        for row in reader:
            if None in row or None in row.values():
                raise CourseError(
                    f"{path.name}, line {reader.line_num}: expected {len(columns)} "
                    "cells; a cell with a comma needs quotation marks"
                )
            rows.append({key: value.strip() for key, value in row.items()})
    return rows


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def read(root: Path = ROOT) -> list[Row]:
    """All rows of the map, with the line that says what each is."""
    items = _table(root / "docs" / "source_items.csv", ("id", "what"))
    what = {item["id"]: item["what"] for item in items}
    rows = []
    for cells in _table(root / "docs" / "coverage.csv", COLUMNS):
        if cells["kind"] not in REQUIRED:
            raise CourseError(
                f"coverage.csv, {cells['id']}: expected a kind out of "
                f"{', '.join(REQUIRED)}, got {cells['kind']!r}"
            )
        rows.append(
            Row(
                id=cells["id"],
                source=cells["source"],
                kind=cells["kind"],
                code=_list(cells["code"]),
                test=_list(cells["test"]),
                page=cells["page"],
                assignment=_list(cells["assignment"]),
                result=cells["result"],
                verdict=cells["verdict"],
                why_not=cells["why_not"],
                what=what.get(cells["id"], ""),
            )
        )
    return rows


# ------------------------------------------------------------------- looking up names


@functools.cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _names(body: Iterable[ast.stmt]) -> dict[str, ast.stmt]:
    """What a module or class body binds, looking into if and try as well."""
    found: dict[str, ast.stmt] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        found[part.id] = node
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                found[(alias.asname or alias.name).split(".")[0]] = node
        elif isinstance(node, ast.If | ast.Try):
            for block in ("body", "orelse", "finalbody", "handlers"):
                inner = getattr(node, block, [])
                for part in inner:
                    statements = (
                        part.body if isinstance(part, ast.ExceptHandler) else [part]
                    )
                    found |= _names(statements)
    return found


def _chain(path: Path, names: list[str]) -> bool:
    """Whether ``path`` binds names[0], that class names[1], and so on."""
    body: Iterable[ast.stmt] = _tree(path).body
    for k, name in enumerate(names):
        node = _names(body).get(name)
        if node is None:
            return False
        if k + 1 < len(names):
            if not isinstance(node, ast.ClassDef):
                return False
            body = node.body
    return True


def has_code(code: str, root: Path = ROOT) -> bool:
    """Whether ``package.module:Name`` or ``package.module:Class.name`` is defined."""
    module, colon, name = code.partition(":")
    if not colon or not re.fullmatch(r"\w+(\.\w+)*", module):
        return False
    base = root.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return _chain(path, name.split("."))
    return False


def has_test(test: str, root: Path = ROOT) -> bool:
    """Whether ``tests/.../test_x.py::test_y`` or ``::TestX::test_y`` is there."""
    file, *names = test.split("::")
    path = root / file
    if not names or not file.startswith("tests/") or not path.is_file():
        return False
    return names[-1].startswith("test") and _chain(path, names)


def _slug(text: str) -> str:
    """The id that docutils makes of a label or a heading."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-").lstrip("0123456789-")


@functools.cache
def anchors(path: Path) -> dict[str, str]:
    """The anchors of a page's source: label or heading slug -> id in the HTML."""
    text = path.read_text(encoding="utf-8")
    found: dict[str, str] = {}
    prose = re.sub(r"^(`{3,}).*?^\1`*\s*$", "", text, flags=re.M | re.S)
    for heading in re.findall(r"^#{1,6} +(.+?)\s*$", prose, flags=re.M):
        found[_slug(heading)] = _slug(heading)
    names = re.findall(r"^\s*:?(?:name|label):\s*([\w-]+)\s*$", text, flags=re.M)
    for label in names + re.findall(r"^\(([\w-]+)\)=\s*$", text, flags=re.M):
        found[label] = _slug(label)
    numbered = re.findall(r"\$\$\s*\(([\w-]+)\)", text)
    for block in re.findall(r"^[`:]{3,}\{math\}.*?^[`:]{3,}", text, flags=re.M | re.S):
        numbered += re.findall(r"^:label:\s*([\w-]+)", block, flags=re.M)
    for label in numbered:
        found[label] = _slug(f"equation-{label}")
    return found


def href(page: str, root: Path = ROOT) -> str:
    """The address of ``part1/page#label`` in the built book, from its top folder."""
    name, _, anchor = page.partition("#")
    path = root / "book" / f"{name}.md"
    if not anchor or not path.is_file():
        return f"{name}.html"
    return f"{name}.html#{anchors(path).get(anchor, _slug(anchor))}"


@functools.cache
def _questions(path: Path) -> frozenset[str]:
    """The nbgrader ids of a notebook's cells."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    metadata = [cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"]]
    return frozenset(str(cell.get("grade_id", "")) for cell in metadata)


def _page_problem(page: str, root: Path, contents: set[str]) -> str | None:
    name, _, anchor = page.partition("#")
    path = root / "book" / f"{name}.md"
    if name not in contents or not path.is_file():
        return f"page {name} is not in _toc.yml, or has no book/{name}.md"
    if anchor and anchor not in anchors(path):
        return f"page {name} has no label or heading {anchor!r}"
    return None


def _assignment_problem(entry: str, root: Path) -> str | None:
    name, _, question = entry.partition("#")
    path = root / "solutions" / name / f"{name}.ipynb"
    if not path.is_file():
        return f"assignment {name} has no solutions/{name}/{name}.ipynb"
    if question not in _questions(path):
        return f"assignment {name} has no question {question!r}"
    return None


def _result_problem(result: str, root: Path) -> str | None:
    path = root / "book" / "results" / result
    if not path.is_file():
        return f"result file book/results/{result} does not exist"
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        return f"result file book/results/{result} is not JSON: {error}"
    return None


def problems(rows: Sequence[Row], root: Path = ROOT) -> list[str]:
    """Everything in the map that is wrong or names what does not exist."""
    found = []
    contents = set(book.pages(root))
    for row_id, count in Counter(row.id for row in rows).items():
        if count > 1:
            found.append(f"{row_id}: {count} rows; an id has one")
    for row in rows:
        prefix = row.id.partition(":")[0]
        wrong: list[str | None] = []
        if SOURCES.get(prefix) != row.source:
            wrong.append(f"source {row.source!r} does not belong to {prefix!r}")
        if not row.what:
            wrong.append("no line in docs/source_items.csv")
        if row.verdict and row.verdict not in VERDICTS:
            wrong.append(f"verdict {row.verdict!r} is none of {', '.join(VERDICTS)}")
        if row.why_not and len(row.why_not) < 20:
            wrong.append(f"why_not {row.why_not!r} is no reason")
        wrong += [f"code {c} not found" for c in row.code if not has_code(c, root)]
        wrong += [f"test {t} not found" for t in row.test if not has_test(t, root)]
        if row.page:
            wrong.append(_page_problem(row.page, root, contents))
        wrong += [_assignment_problem(a, root) for a in row.assignment]
        if row.result:
            wrong.append(_result_problem(row.result, root))
        found += [f"{row.id}: {problem}" for problem in wrong if problem]
    return found


# ------------------------------------------------------------------------- reporting


def summary(rows: Sequence[Row]) -> str:
    """Complete rows of all rows, and the same per source."""
    lines = [f"coverage: {sum(r.complete for r in rows)} of {len(rows)} rows complete"]
    for source in SOURCES.values():
        mine = [row for row in rows if row.source == source]
        done = sum(row.complete for row in mine)
        lines.append(f"  {source:30} {done:3} of {len(mine):3}")
    return "\n".join(lines)


def by_source(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of each source, in the order of the book: what the page shows."""
    return {
        source: [row for row in rows if row.source == source]
        for source in SOURCES.values()
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Print the count; 1 if the map names what does not exist."""
    parser = argparse.ArgumentParser(prog="python -m course_tools.coverage")
    parser.add_argument(
        "--todo",
        nargs="?",
        const="",
        metavar="PREFIX",
        help="list the incomplete rows whose id begins with PREFIX",
    )
    args = parser.parse_args(argv)
    try:
        rows = read()
    except CourseError as error:
        print(f"coverage: {error}", file=sys.stderr)
        return 2
    if args.todo is not None:
        for row in rows:
            if row.missing and row.id.startswith(args.todo):
                print(f"{row.id:34} {' '.join(row.missing):26} {row.what}")
    print(summary(rows))
    wrong = problems(rows)
    for problem in wrong:
        print(f"  wrong: {problem}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
