"""What the instructor reads: the journal's lines as tables and as one page.

``records.jsonl`` is the journal and the only source: one line per submission, appended
as it is graded. Everything here is made from its lines anew.
"""

import ast
import contextlib
import csv
import functools
import hashlib
import html
import json
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from course_tools.assignments.notebooks import question_of
from course_tools.errors import CourseError
from course_tools.grading.collect import Roster
from course_tools.grading.pages import page, table, write_text
from course_tools.grading.sources import parsed

Line = Mapping[str, Any]


# --- the journal --------------------------------------------------------------------


def read_journal(path: Path) -> list[dict[str, Any]]:
    """The lines of a journal; one that was cut off by a crash is left out."""
    lines = []
    if path.exists():
        for text in path.read_text(encoding="utf-8", errors="replace").split("\n"):
            with contextlib.suppress(ValueError):
                line = json.loads(text)
                if isinstance(line, dict) and line.get("schema") == 1:
                    lines.append(line)
    return lines


def write_journal(out: Path, lines: Sequence[Line]) -> None:
    """``records.jsonl`` with these lines only."""
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    write_text(out / "records.jsonl", text)


# --- tables -------------------------------------------------------------------------


def with_hand(
    line: Mapping[str, Any], given: Mapping[str, float], worthless: bool = False
) -> dict[str, Any]:
    """A line with what a person's marks of cells add to the machine's.

    ``by_hand`` is their sum; late and ``worthless`` work loses it.
    """
    if not given:
        return dict(line)
    questions, more = [], sum(given.values())
    for q in line["questions"]:
        cells = [points for n, points in given.items() if question_of(n) == q["name"]]
        if cells:
            score = (q["score"] or 0.0) + sum(cells)
            q = {**q, "score": score, "status": "by hand"}
        questions.append(q)
    lost = line.get("penalty", 0.0) + (more if worthless else 0.0)
    return {**line, "questions": questions, "by_hand": more, "penalty": lost}


def write_tables(out: Path, lines: Sequence[Line], again: str = "") -> None:
    """``grades.csv`` and ``report.html`` from lines `with_hand`.

    ``again`` is the command that grades these submissions, for the page's advice.
    """
    names = sorted(
        {q["name"] for line in lines for q in line["questions"]}, key=_natural
    )
    heads = ["student", "assignment", "score", "max_score", "status"]
    more = ["by_hand", "penalty", "mark", "seconds_late"]
    rows: list[Sequence[object]] = [[*heads, *more, *names, "note"]]
    for line in lines:
        scores = {q["name"]: q["score"] for q in line["questions"]}
        row = [line[head] for head in heads]
        row[2] = "" if is_open(line) else row[2]
        cells = ["" if scores.get(n) is None else scores[n] for n in names]
        row += [line.get("by_hand", ""), line.get("penalty", 0.0)]
        row += ["" if is_open(line) else _final(line), line.get("seconds_late", "")]
        rows.append([*row, *cells, line["reason"]])
    _write_csv(out / "grades.csv", rows)
    write_text(out / "report.html", report(lines, again))


def is_open(line: Line) -> bool:
    """Whether there is no mark: the grader failed and no earlier mark is kept."""
    return line["status"] == "grader_fault" and not line.get("kept")


def _write_csv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", errors="replace", newline="") as file:
        # In quotes, as some spreadsheets end a cell at a semicolon, too.
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerows([[_cell(v) for v in row] for row in rows])
    part.replace(path)


def _cell(value: object) -> object:
    """A spreadsheet must not take a name for a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t"):
        return "'" + value
    return value


def _natural(name: str) -> tuple[str, int]:
    head = name.rstrip("0123456789")
    return head, int(name[len(head) :] or 0)


def _final(line: Line) -> float:
    """The mark: the machine's points and those by hand, less the penalty."""
    given, lost = line.get("by_hand", 0.0), line.get("penalty", 0.0)
    return float(line["score"] + given - lost)


def write_canvas(
    template: Path, lines: Sequence[Line], roster: Roster, out: Path
) -> list[str]:
    """Canvas's own export of its gradebook with our marks in it; what fits nowhere.

    A column belongs to an assignment if it is called by it, as ``ps01 (4711)``; a row
    to the student of its ID in the roster, or whose login is the student's name.
    """
    heads, *rows = _canvas_rows(template)
    names = {line["assignment"] for line in lines}
    columns = {
        at: name
        for at, head in enumerate(heads)
        if (name := re.sub(r" \(\d+\)$", "", head)) in names
    }
    marks = {(x["assignment"], x["student"]): x for x in lines if not is_open(x)}
    first = min([*columns, len(heads), 5])  # columns that say who it is
    filled = [[*heads[:first], *(heads[at] for at in columns)]]
    missing = dict.fromkeys(marks)
    for row in rows:
        keys = _keys(row, heads, columns.values(), marks, roster)
        for key in keys:
            missing.pop(key, None)
        points = [f"{_final(marks[key]):g}" if key in marks else "" for key in keys]
        if any(points):
            filled.append([*row[:first], *points])
        elif "Points Possible" in row[0]:
            filled.append([*row[:first], *(row[at] for at in columns)])
    _write_csv(out / "canvas.csv", filled)
    return [
        f"{student}: graded, but no row or column of {name} in {template}"
        for name, student in missing
    ]


def _canvas_rows(template: Path) -> list[list[str]]:
    """The rows of Canvas's table, none shorter than the first."""
    try:
        with template.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CourseError(
            f"Canvas's table {template} cannot be read ({error}); expected the CSV "
            "file that its gradebook exports"
        ) from None
    if not rows or rows[0][:2] != ["Student", "ID"]:
        raise CourseError(
            f"{template} is no gradebook that Canvas exported: expected the columns "
            "Student, ID, ... in its first line"
        )
    return [row + [""] * (len(rows[0]) - len(row)) for row in rows]


def _keys(
    row: Sequence[str],
    heads: Sequence[str],
    assignments: Iterable[str],
    marks: Mapping[tuple[str, str], Line],
    roster: Roster,
) -> list[tuple[str, str]]:
    """For each assignment, assignment and student of a row; no name if it has none."""
    logins = [heads.index(h) for h in ("SIS Login ID", "SIS User ID") if h in heads]
    called = [roster.canvas.get(row[1], ""), *(row[at] for at in logins)]
    return [
        next(((name, who) for who in called if (name, who) in marks), (name, ""))
        for name in assignments
    ]


# --- the page -----------------------------------------------------------------------

# What to do about a status that needs a person; {again} grades this one once more.
_NEXT = {
    "grader_fault": "mend what the reason names, then: {again} --only-failed",
    "unreadable": "ask for the file again, then: {again}",
    "suspicious": "read the answers in {autograded}; the mark stands as it is",
    "memory": "look at {autograded}; the mark stands as it is",
    "crashed": "look at {autograded}; the mark stands as it is",
    "timeout": "if the machine was busy: {again}",
}


def report(lines: Sequence[Line], again: str = "") -> str:
    """One page for the instructor: counts, questions, and what needs a look."""
    parts = []
    for name in sorted({line["assignment"] for line in lines}):
        here = [line for line in lines if line["assignment"] == name]
        counts = Counter(line["status"] for line in here)
        parts.append(f"<h2>{html.escape(name)}</h2>")
        parts.append(table(("status", "submissions"), sorted(counts.items())))
        parts += ["<h3>Needs your eyes</h3>", _needs_eyes(here, again), _waiting(here)]
        parts += ["<h3>Marks of the class</h3>", _histogram(here)]
        parts += ["<h3>Questions</h3>", _questions(here)]
        parts += ["<h3>Known wrong answers</h3>", _known(here)]
        parts += ["<h3>Slowest</h3>", _slowest(here)]
        parts.append("<h3>Students</h3>")
        rows = [
            (
                x["student"],
                "?" if is_open(x) else x["score"],
                x["max_score"],
                x.get("by_hand", ""),
                x.get("penalty") or "",
                "?" if is_open(x) else f"{_final(x):g}",
                x["status"],
                x.get("seconds_late") or "",
                len(x["repairs"]),
            )
            for x in here
        ]
        heads = "student,score,of,by hand,penalty,mark,status,seconds late,repairs"
        parts.append(table(heads.split(","), rows))
    return page("Grading report", "\n".join(parts))


def _needs_eyes(here: Sequence[Line], again: str) -> str:
    rows = []
    for x in here:
        if x["status"] in _NEXT:
            names = shlex.quote(x["assignment"]), shlex.quote(x["student"])
            where = "--assignment {} --student {}".format(*names)
            folder = f"autograded/{x['student']}/{x['assignment']}"
            step = _NEXT[x["status"]].format(
                again=f"{again or 'course grade SUBMISSIONS'} {where}",
                autograded=folder,
            )
            rows.append((x["student"], x["status"], x["reason"], step))
    if not rows:
        return "<p>Nothing.</p>"
    return table(("student", "status", "why", "next"), rows)


def _waiting(here: Sequence[Line]) -> str:
    """Which written answers nobody has marked yet."""
    counts = Counter(
        q["name"] for x in here for q in x["questions"] if q["status"] == "manual"
    )
    if not counts:
        return ""
    each = ", ".join(f"{n} {name}" for name, n in sorted(counts.items()))
    return (
        f"<p>Written answers that wait to be marked by hand: {html.escape(each)}. "
        "Mark them in formgrader (docs/grading.md), then grade with --resume.</p>"
    )


def _histogram(here: Sequence[Line]) -> str:
    """Ten bars of the machine-marked points; missing work is not counted."""
    done = [x for x in here if x["status"] != "missing" and not is_open(x)]
    most = max((x["max_score"] for x in done), default=0) or 1
    bins = Counter(min(int(10 * x["score"] / most), 9) for x in done)
    rows = []
    for k in range(10):
        bar = "█" * round(40 * bins[k] / max(bins.values())) if bins[k] else ""
        rows.append((f"{k * most / 10:g} to {(k + 1) * most / 10:g}", bins[k], bar))
    return table(("points", "submissions", ""), rows)


def _questions(here: Sequence[Line]) -> str:
    rows = []
    for name in sorted({q["name"] for x in here for q in x["questions"]}, key=_natural):
        seen = [q for x in here for q in x["questions"] if q["name"] == name]
        marked = [q for q in seen if q["score"] is not None]
        if any(
            q["status"] == "manual" for q in seen
        ):  # only the empty ones have a mark
            marked = []
        full = sum(q["score"] == q["max_score"] for q in marked)
        mean = sum(q["score"] for q in marked) / len(marked) if marked else None
        share = f"{100 * full / len(marked):.0f} %" if marked else ""
        middle = sorted(q["seconds"] for q in seen)[len(seen) // 2]
        numbers = ("", "") if mean is None else (round(mean, 2), full)
        row = (name, seen[0]["max_score"], *numbers, share, middle)
        rows.append((*row, max(q["seconds"] for q in seen)))
    heads = "question,points,mean,full marks,pass rate,median s,slowest s"
    return table(heads.split(","), rows)


def _known(here: Sequence[Line]) -> str:
    """How many answers are one of the stored wrong ones, but for names and layout."""
    counts = Counter(
        (question, said)
        for x in here
        for question, said in (x.get("known_wrong") or {}).items()
    )
    if not counts:
        return "<p>No answer is one of the stored wrong ones.</p>"
    rows = [
        (question, said, count, f"{100 * count / len(here):.0f} %")
        for (question, said), count in counts.most_common()
    ]
    return table(("question", "stored answer", "submissions", "share"), rows)


def _slowest(here: Sequence[Line]) -> str:
    rows = [
        (x["student"], q["name"], q["seconds"]) for x in here for q in x["questions"]
    ]
    rows = sorted(rows, key=lambda row: -row[2])[:10]
    return table(("student", "question", "seconds"), rows)


# --- stored wrong answers -----------------------------------------------------------


def known_wrong(folder: Path, answers: Mapping[str, str]) -> dict[str, str]:
    """Questions whose answer is a stored wrong one, with its first line."""
    stored = _stored(folder)
    found = {q: stored.get((q, fingerprint(text))) for q, text in answers.items()}
    return {question: said for question, said in found.items() if said}


@functools.cache
def _stored(folder: Path) -> dict[tuple[str, str], str]:
    """(question, fingerprint) -> first line of each ``<question>__<slug>.py``."""
    stored = {}
    for path in sorted(folder.glob("*__*.py")):
        text = path.read_text(encoding="utf-8")
        first = text.splitlines()[0].removeprefix("# ") if text else ""
        if not re.match(
            r"mark (\S+)/\1\b", first
        ):  # other right answers are stored too
            stored[path.name.split("__")[0], fingerprint(text)] = first
    return stored


def fingerprint(source: str) -> str:
    """The same for programs that differ in comments, layout and local names only."""
    with contextlib.suppress(ValueError, RecursionError):  # endless numbers, depth
        if (tree := parsed(source)) is not None:
            return _fingerprint(tree)
    return "as it stands: " + hashlib.sha256(source.encode()).hexdigest()


def _fingerprint(tree: ast.Module) -> str:
    local: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Module | ast.ClassDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, ast.arg):
            node.arg = local.setdefault(node.arg, f"local{len(local)}")
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            local.setdefault(node.id, f"local{len(local)}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = local.get(node.id, node.id)
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()
