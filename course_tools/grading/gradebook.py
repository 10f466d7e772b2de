"""The single writer: nbgrader's gradebook and autograded notebooks, feedback, tables.

Only this module writes results, from one process. A submission is one transaction,
so a killed run leaves whole submissions. Students never see a hidden test: notebooks
and feedback hold the visible part of each test cell and the public hint.
"""

import datetime
import html
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from course_tools.assignments import notebooks as plain
from course_tools.assignments.release import checksum
from course_tools.errors import CourseError
from course_tools.grading.judge import QuestionResult, Record
from course_tools.grading.notebooks import Source, rebuilt


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(text.encode("utf-8", "replace"))
    part.replace(path)


class Writer:
    """Writes records into a gradebook and a folder."""

    def __init__(self, db_url: str, out: Path) -> None:
        self.db_url, self.out = db_url, out
        self._book: Any = None
        self._rows: dict[str, _Rows] = {}  # of the assignments that are prepared

    def __enter__(self) -> "Writer":
        from nbgrader.api import Gradebook
        from sqlalchemy.exc import SQLAlchemyError

        # nbgrader asks the program alembic for its version; it lives beside Python.
        programs = str(Path(sys.executable).parent)
        if programs not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = programs + os.pathsep + os.environ.get("PATH", "")
        try:
            self._book = Gradebook(self.db_url)
            _complete(self._book)
        except (SQLAlchemyError, OSError, ImportError) as error:
            first = str(error).splitlines()[0][:200]
            raise CourseError(
                f"the gradebook {self.db_url} cannot be opened ({first}); name "
                "another with --db, or unlock this one"
            ) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._book.close()

    # --- before the first record --------------------------------------------------

    def has(self, line: Mapping[str, Any]) -> bool:
        """Whether the submission of a journal line is in this gradebook."""
        from nbgrader.api import MissingEntry

        try:
            self._book.find_submission(line["assignment"], line["student"])
        except MissingEntry:
            return False
        return True

    def prepare(
        self,
        source: Source,
        students: Iterable[str],
        due: datetime.datetime | None = None,
    ) -> None:
        """Rows of the assignment's cells and of the students, made once."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            self._prepare(source, students, due)
        except SQLAlchemyError as error:
            self._book.db.rollback()
            first = str(error).splitlines()[0][:200]
            raise CourseError(
                f"the gradebook {self.db_url} cannot be written ({first}); close what "
                "else uses it, or name another with --db"
            ) from None

    def _prepare(
        self, source: Source, students: Iterable[str], due: datetime.datetime | None
    ) -> None:
        from nbgrader.api import MissingEntry, Student

        book, name, notebook = self._book, source.assignment, source.path.stem
        dates = {} if due is None else {"duedate": due}
        book.update_or_create_assignment(name, **dates)
        try:
            row = book.find_notebook(notebook, name)
        except MissingEntry:
            row = book.add_notebook(notebook, name)
        checksums = _checksums(source)
        kernel = source.notebook.get("metadata", {}).get("kernelspec", {})
        row.kernelspec = json.dumps(kernel)
        for cell in source.cells:
            if cell.role in ("test", "written"):
                book.update_or_create_grade_cell(
                    cell.name,
                    notebook,
                    name,
                    max_score=cell.points,
                    cell_type=cell.kind,
                )
            if cell.role in ("solution", "written"):
                book.update_or_create_solution_cell(cell.name, notebook, name)
            answer = cell.role in ("solution", "written")
            book.update_or_create_source_cell(
                cell.name,
                notebook,
                name,
                cell_type=cell.kind,
                locked=not answer,
                source=cell.given if answer else cell.source,
                checksum=checksums[cell.name],
            )
        there = {student.id for student in book.students}
        book.db.add_all(Student(id=name) for name in {*students} - there)
        book.db.commit()  # one for all: each waits for the disk
        cells = [*row.grade_cells, *row.solution_cells]
        self._rows[name] = _Rows(
            assignment=row.assignment.id,
            notebook=row.id,
            due=row.assignment.duedate,
            grades=tuple(cell.id for cell in row.grade_cells),
            answers=tuple(cell.id for cell in row.solution_cells),
            names={cell.id: cell.name for cell in cells},
        )

    # --- one record -----------------------------------------------------------------

    def write(
        self,
        record: Record,
        source: Source,
        handed_in: datetime.datetime | None = None,
        due: datetime.datetime | None = None,
        worth_nothing: bool = False,
    ) -> None:
        """Gradebook, autograded notebook and feedback of one submission.

        ``due`` is the student's own date, ``worth_nothing`` the penalty of late work.

        A grader's fault writes nothing: an earlier mark stays. Nor does a notebook
        that was never handed in have rows; nbgrader counts those as zero by itself.
        """
        folder = Path(record.student) / record.assignment
        if record.status == "grader_fault" or not record.sha256:
            return
        path = self.out / "autograded" / folder / f"{record.notebook}.ipynb"
        carried: dict[str, Any] = {}
        if path.exists():  # outputs of questions that this record only carries over
            cells = plain.read(path)["cells"]
            carried = {plain.grade_id(c): c.get("outputs", []) for c in cells}
        write_text(path, plain.dumps(_autograded(record, source, carried)))
        write_text(
            self.out / "feedback" / folder / f"{record.notebook}.html",
            feedback(record, source),
        )
        self._save(record, source, handed_in, due, worth_nothing)

    def _save(
        self,
        record: Record,
        source: Source,
        handed_in: datetime.datetime | None,
        due: datetime.datetime | None,
        worth_nothing: bool,
    ) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        book = self._book
        try:
            row, sheet = self._submission(record)
            row.timestamp = handed_in  # None where no collector left a time
            general = self._rows[record.assignment].due
            row.extension = due - general if due and general else None
            names = self._rows[record.assignment].names
            tests = {t.name: t.score for q in record.questions for t in q.tests}
            state = {q.name: q for q in record.questions}
            for grade in sheet.grades:
                name = names[grade.cell_id]
                question = state.get(plain.question_of(name))
                if question is None or _is_carried(question, record, name):
                    continue
                open_ = question.status == "manual"
                grade.auto_score = None if open_ else tests.get(name, 0.0)
                grade.needs_manual_grade = (
                    open_
                    or grade.manual_score is not None
                    or record.status == "unreadable"
                )
            points = sum(cell.points for cell in source.cells)
            sheet.late_submission_penalty = points if worth_nothing else None
            given = source.stubs
            for comment in sheet.comments:
                name = names[comment.cell_id]
                answer = record.answers.get(name)
                same = answer is None or answer == given.get(name)
                comment.auto_comment = "No response." if same else None
            book.db.commit()
            book.db.expunge_all()  # the memory of a long run stays flat
        except SQLAlchemyError as error:
            book.db.rollback()
            first = str(error).splitlines()[0][:200]
            raise CourseError(
                f"the gradebook {self.db_url} refused {record.student}'s marks "
                f"({first}); what was written before is whole: run again with --resume"
            ) from None

    def _submission(self, record: Record) -> tuple[Any, Any]:
        """The rows of a submission and its notebook, found or new, not yet written."""
        from nbgrader import api

        db, known = self._book.db, self._rows[record.assignment]
        row = (
            db.query(api.SubmittedAssignment)
            .filter_by(assignment_id=known.assignment, student_id=record.student)
            .one_or_none()
        )
        if row is None:
            row = api.SubmittedAssignment(
                assignment_id=known.assignment, student_id=record.student
            )
            sheet = api.SubmittedNotebook(notebook_id=known.notebook, assignment=row)
        else:
            sheet = next(n for n in row.notebooks if n.notebook_id == known.notebook)
        for rows, kind, cells in (
            (sheet.grades, api.Grade, known.grades),
            (sheet.comments, api.Comment, known.answers),
        ):
            there = {each.cell_id for each in rows}
            rows += [kind(cell_id=cell) for cell in cells if cell not in there]
        db.add(row)
        return row, sheet


def _complete(book: Any) -> None:
    """Note the version of new tables, if a run was killed before nbgrader did."""
    from nbgrader import api
    from sqlalchemy import text

    head = "alembic_version"
    book.db.execute(
        text(f"CREATE TABLE IF NOT EXISTS {head} (version_num VARCHAR(32) NOT NULL)")
    )
    if book.db.execute(text(f"SELECT version_num FROM {head}")).first() is None:
        new = {"version": api.get_alembic_version()}
        book.db.execute(text(f"INSERT INTO {head} VALUES (:version)"), new)
    book.db.commit()


@dataclass(frozen=True)
class _Rows:
    """Keys of an assignment's rows, so that a submission needs no look at them."""

    assignment: str
    notebook: str
    due: datetime.datetime | None
    grades: tuple[str, ...]
    answers: tuple[str, ...]
    names: Mapping[str, str]  # of cells, by their key


def _is_carried(question: QuestionResult, record: Record, name: str) -> bool:
    """Whether this record only carries a question over from an earlier run."""
    some_ran = any(q.tests for q in record.questions)
    return some_ran and not question.tests and name != question.name


def _checksums(source: Source) -> dict[str, str]:
    """nbgrader's checksum of each cell: answers as released, tests as they are run."""
    cells = {cell.name: cell for cell in source.cells}
    flags = {"grade": False, "solution": False, "locked": False, "points": 0}
    found = {}
    for raw in source.notebook["cells"]:
        name = plain.grade_id(raw)
        if name in cells:
            answer = cells[name].role in ("solution", "written")
            text = cells[name].given if answer else cells[name].source
            meta = {"nbgrader": {**flags, **raw["metadata"]["nbgrader"]}}
            found[name] = checksum({**raw, "source": text, "metadata": meta})
    return found


# --- what a student may see ---------------------------------------------------------


def _autograded(
    record: Record, source: Source, carried: Mapping[str, Any]
) -> dict[str, Any]:
    """The rebuilt notebook: answers, visible tests, one sentence under each test."""
    answers = {
        cell.name: _harmless(text) if cell.kind != "code" else text
        for cell in source.cells
        if (text := record.answers.get(cell.name)) is not None
    }
    notebook = rebuilt(source, answers)
    checksums = _checksums(source)
    tests = {t.name: t for q in record.questions for t in q.tests}
    reasons = {q.name: q.reason for q in record.questions}
    for raw in notebook["cells"]:
        name = plain.grade_id(raw)
        if name:
            raw["metadata"]["nbgrader"]["checksum"] = checksums[name]
        if raw["cell_type"] != "code":
            continue
        raw["outputs"], raw["execution_count"] = [], None
        if name in tests:
            test = tests[name]
            if test.status != "passed":
                reason = test.reason or reasons.get(plain.question_of(name), "")
                raw["outputs"] = [_failure(test.status, reason)]
        elif plain.role(raw) == "test" and not tests:
            raw["outputs"] = [_failure(record.status, record.reason)]
        elif plain.role(raw) == "test":
            raw["outputs"] = carried.get(name, [])
        elif record.printed.get(name):
            raw["outputs"] = [
                {
                    "name": "stdout",
                    "output_type": "stream",
                    "text": record.printed[name],
                }
            ]
    if record.status == "unreadable":
        note = {
            "cell_type": "markdown",
            "id": "unreadable",
            "metadata": {},
            "source": f"**Not readable:** {html.escape(record.reason)}",
        }
        notebook["cells"].insert(0, note)
    return notebook


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
    # A space of no width makes the word before the colon no scheme of a link.
    return re.sub(r"(?i)(script|data)(\s*):", "\\1\\2\u200b:", text)


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;"
    "padding:0 1rem;color:#222}table{border-collapse:collapse;margin:1rem 0}"
    "td,th{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left;"
    "vertical-align:top}pre{background:#f5f5f5;padding:.6rem;overflow-x:auto}"
    ".n{text-align:right;white-space:nowrap}"
)


def page(title: str, body: str) -> str:
    """A complete page of HTML without a script or a request."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body>\n<h1>{html.escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of HTML, every cell escaped; numbers stand right."""

    def cell(value: object) -> str:
        number = isinstance(value, int | float)
        text = f"{value:g}" if isinstance(value, float) else str(value)
        return f"<td{' class=n' if number else ''}>{html.escape(text)}</td>"

    head = "".join(f"<th>{html.escape(text)}</th>" for text in heads)
    lines = ("<tr>" + "".join(map(cell, row)) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>\n" + "\n".join(lines) + "\n</table>"


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
