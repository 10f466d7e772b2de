"""What a student gets back: the marked notebook and a page with marks and reasons.

No hidden test is in them: they hold the visible part of each test cell, and of its
hidden part the public hint.
"""

import html
import re
from collections.abc import Mapping
from typing import Any

from course_tools.assignments import notebooks
from course_tools.assignments.release import checksum
from course_tools.grading.judge import QuestionResult, Record
from course_tools.grading.pages import page, table
from course_tools.grading.sources import Source, rebuilt


def autograded(
    record: Record, source: Source, carried: Mapping[str, Any]
) -> dict[str, Any]:
    """The rebuilt notebook: answers, visible tests, one sentence under each test.

    ``carried`` are the outputs of an earlier run, for tests that did not run in this.
    """
    answers = {
        cell.name: _harmless(text) if cell.kind != "code" else text
        for cell in source.cells
        if (text := record.answers.get(cell.name)) is not None
    }
    notebook = rebuilt(source, answers)
    known = checksums(source)
    for raw in notebook["cells"]:
        name = notebooks.grade_id(raw)
        if name:
            raw["metadata"]["nbgrader"]["checksum"] = known[name]
        if raw["cell_type"] == "code":
            raw["outputs"] = _outputs(raw, record, carried)
            raw["execution_count"] = None
    if record.status == "unreadable":
        notebook["cells"].insert(0, _not_readable(record.reason))
    return notebook


def _outputs(
    raw: notebooks.Cell, record: Record, carried: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Below a test why it failed, below other code what it printed."""
    name = notebooks.grade_id(raw)
    ran = {test.name: test for q in record.questions for test in q.tests}
    if name in ran:
        test = ran[name]
        if test.status == "passed":
            return []
        reasons = {q.name: q.reason for q in record.questions}
        reason = test.reason or reasons.get(notebooks.question_of(name), "")
        return [_failure(test.status, reason)]
    if notebooks.role(raw) == "test":
        return (
            carried.get(name, []) if ran else [_failure(record.status, record.reason)]
        )
    text = record.printed.get(name)
    if not text:
        return []
    return [{"name": "stdout", "output_type": "stream", "text": text}]


def _not_readable(reason: str) -> dict[str, Any]:
    """A cell above all others."""
    return {
        "cell_type": "markdown",
        "id": "unreadable",
        "metadata": {},
        "source": f"**Not readable:** {html.escape(reason)}",
    }


def checksums(source: Source) -> dict[str, str]:
    """nbgrader's checksum of each cell: answers as released, tests as they are run."""
    cells = {cell.name: cell for cell in source.cells}
    flags = {"grade": False, "solution": False, "locked": False, "points": 0}
    found = {}
    for raw in source.notebook["cells"]:
        name = notebooks.grade_id(raw)
        if name in cells:
            answer = cells[name].role in ("solution", "written")
            text = cells[name].given if answer else cells[name].source
            meta = {"nbgrader": {**flags, **raw["metadata"]["nbgrader"]}}
            found[name] = checksum({**raw, "source": text, "metadata": meta})
    return found


def _failure(status: str, reason: str) -> dict[str, Any]:
    text = reason or status
    return {
        "output_type": "error",
        "ename": status,
        "evalue": text,
        "traceback": [f"{status}: {text}"],
    }


def _harmless(markdown: str) -> str:
    """Markdown whose raw HTML and script links are shown, not obeyed."""
    text = re.sub(r"&(?=#|\w+;)", "&amp;", markdown)
    text = re.sub(r"<(?=[A-Za-z/!?])", "&lt;", text)
    # Formulas can hold links and styles, and put their targets together from pieces.
    text = re.sub(
        r"\\(?=(?:href|require|style|class|cssId|data)\b)", "\\\\\u200b", text
    )
    # A space of no width makes the word before the colon no scheme of a link.
    return re.sub(r"(?i)(script|data)(\s*):", "\\1\\2\u200b:", text)


def marks(question: QuestionResult) -> str:
    """``2/3``, or ``?/3`` while the mark is open."""
    got = "?" if question.score is None else f"{question.score:g}"
    return f"{got}/{question.max_score:g}"


def feedback(record: Record, source: Source) -> str:
    """What a student gets back: marks, reasons, hints, their own answers."""
    title = source.notebook.get("metadata", {}).get("course", {}).get("title")
    parts = [f"<p>Machine-marked: {record.score:g} of {record.max_score:g} points.</p>"]
    if record.status in ("unreadable", "missing"):
        parts.append(f"<p>{html.escape(record.reason)}</p>")
    rows = [
        (q.name, marks(q), q.reason or ("all tests pass" if q.tests else ""))
        for q in record.questions
    ]
    parts.append(table(("question", "marks", "what to know"), rows))
    if record.repairs:
        items = "".join(f"<li>{html.escape(text)}</li>" for text in record.repairs)
        parts.append(f"<h2>Mended in your notebook</h2><ul>{items}</ul>")
    for question in record.questions:
        answer = record.answers.get(question.name)
        if answer is None:
            continue
        lost = [t for t in question.tests if t.status != "passed"]
        items = "".join(
            f"<li>{html.escape(t.name)}: {html.escape(t.reason or t.status)}</li>"
            for t in lost
        )
        parts.append(
            f"<h2>{html.escape(question.name)}: {marks(question)}</h2>"
            f"<pre>{html.escape(answer)}</pre><ul>{items}</ul>"
        )
    return page(str(title or record.assignment), "\n".join(parts))
