"""The single writer of nbgrader's gradebook, and of what students get back.

It runs in one process. A submission is one transaction, so a killed run leaves whole
submissions.
"""

import datetime
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from course_tools.assignments import notebooks
from course_tools.errors import CourseError
from course_tools.grading.handed_back import autograded, checksums, feedback
from course_tools.grading.judge import QuestionResult, Record
from course_tools.grading.pages import write_text
from course_tools.grading.sources import Cell, Source


class Writer:
    """Writes records into a gradebook and a folder."""

    def __init__(self, db_url: str, out: Path) -> None:
        self.db_url, self.out = db_url, out
        self._book: Any = None
        self._keys: dict[str, _Keys] = {}  # of the assignments that are prepared
        self.outdated: list[str] = []  # marks by hand whose answers are others now

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
            raise CourseError(
                f"the gradebook {self.db_url} cannot be opened ({_said(error)}); name "
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

    # --- what is there ------------------------------------------------------------

    def has(self, line: Mapping[str, Any]) -> bool:
        """Whether the submission of a journal line is in this gradebook."""
        from nbgrader.api import MissingEntry

        try:
            self._book.find_submission(line["assignment"], line["student"])
        except MissingEntry:
            return False
        return True

    def by_hand(self) -> dict[tuple[str, str], dict[str, float]]:
        """What a person's marks add, by assignment and student, then by cell."""
        from nbgrader import api

        rows = (
            self._book.db.query(
                *(api.Assignment.name, api.SubmittedAssignment.student_id),
                *(api.BaseCell.name, api.Grade.score, api.Grade.auto_score),
            )
            .select_from(api.Grade)
            .join(api.BaseCell, api.Grade.cell_id == api.BaseCell.id)
            .join(api.Grade.notebook)
            .join(api.SubmittedNotebook.assignment)
            .join(api.SubmittedAssignment.assignment)
            .filter(
                api.Grade.manual_score.is_not(None)
                | api.Grade.extra_credit.is_not(None)
            )
        )
        found: dict[tuple[str, str], dict[str, float]] = {}
        for assignment, student, cell, points, machine in rows:
            change = points - (machine or 0.0)
            found.setdefault((assignment, student), {})[cell] = change
        return found

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
            raise CourseError(
                f"the gradebook {self.db_url} cannot be written ({_said(error)}); "
                "close what else uses it, or name another with --db"
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
        kernel = source.notebook.get("metadata", {}).get("kernelspec", {})
        row.kernelspec = json.dumps(kernel)
        sums = checksums(source)
        for cell in source.cells:
            self._describe(cell, sums[cell.name], notebook, name)
        there = {student.id for student in book.students}
        book.db.add_all(Student(id=name) for name in {*students} - there)
        book.db.commit()  # one for all: each waits for the disk
        cells = [*row.grade_cells, *row.solution_cells]
        self._keys[name] = _Keys(
            assignment=row.assignment.id,
            notebook=row.id,
            due=row.assignment.duedate,
            grades=tuple(cell.id for cell in row.grade_cells),
            answers=tuple(cell.id for cell in row.solution_cells),
            names={cell.id: cell.name for cell in cells},
        )

    def _describe(self, cell: Cell, checksum: str, notebook: str, name: str) -> None:
        """Rows of one cell of the source."""
        book, answer = self._book, cell.role in ("solution", "written")
        if cell.role in ("test", "written"):
            book.update_or_create_grade_cell(
                *(cell.name, notebook, name),
                max_score=cell.points,
                cell_type=cell.kind,
            )
        if answer:
            book.update_or_create_solution_cell(cell.name, notebook, name)
        book.update_or_create_source_cell(
            *(cell.name, notebook, name),
            cell_type=cell.kind,
            locked=not answer,
            source=cell.given if answer else cell.source,
            checksum=checksum,
        )

    # --- one record -----------------------------------------------------------------

    def write(
        self,
        record: Record,
        source: Source,
        handed_in: datetime.datetime | None = None,
        due: datetime.datetime | None = None,
        worth_nothing: bool | None = None,
    ) -> None:
        """Gradebook, autograded notebook and feedback of one submission.

        ``due`` is the student's own date, ``worth_nothing`` the penalty of late work;
        None leaves both as they are, for formgrader's button knows neither.

        A grader's fault writes nothing: an earlier mark stays. Nor does a notebook
        that was never handed in have rows; nbgrader counts those as zero by itself.
        """
        folder = Path(record.student) / record.assignment
        if record.status == "grader_fault" or not record.sha256:
            return
        path = self.out / "autograded" / folder / f"{record.notebook}.ipynb"
        before = notebooks.read(path)["cells"] if path.exists() else []
        # Outputs of questions that this record only carries over.
        carried = {notebooks.grade_id(c): c.get("outputs", []) for c in before}
        notebook = autograded(record, source, carried)
        write_text(path, notebooks.dumps(notebook))
        write_text(
            self.out / "feedback" / folder / f"{record.notebook}.html",
            feedback(record, source),
        )
        self._save(record, source, handed_in, due, worth_nothing)
        texts = {notebooks.grade_id(c): c["source"] for c in before}
        self._note_outdated(record, texts, notebook["cells"])

    def _note_outdated(
        self, record: Record, before: Mapping[str, str], cells: list[Any]
    ) -> None:
        """A mark by hand stays, but one for a text that has changed is told."""
        now = {notebooks.grade_id(c): c["source"] for c in cells}
        changed = [
            q.name
            for q in record.questions
            if q.status == "manual" and before.get(q.name) not in (None, now[q.name])
        ]
        if changed:
            given = self.by_hand().get((record.assignment, record.student), {})
            self.outdated += [
                f"{record.student}: {name} was marked by hand and has another answer "
                "now; look at it again in formgrader"
                for name in changed
                if name in given
            ]

    def _save(
        self,
        record: Record,
        source: Source,
        handed_in: datetime.datetime | None,
        due: datetime.datetime | None,
        worth_nothing: bool | None,
    ) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        book = self._book
        try:
            row, sheet = self._submission(record)
            row.timestamp = handed_in  # None where no collector left a time
            if worth_nothing is not None:
                general = self._keys[record.assignment].due
                row.extension = due - general if due and general else None
                points = sum(cell.points for cell in source.cells)
                sheet.late_submission_penalty = points if worth_nothing else None
            self._mark(sheet, record, source.stubs)
            book.db.commit()
            book.db.expunge_all()  # the memory of a long run stays flat
        except SQLAlchemyError as error:
            book.db.rollback()
            raise CourseError(
                f"the gradebook {self.db_url} refused {record.student}'s marks "
                f"({_said(error)}); what was written before is whole: run again with "
                "--resume"
            ) from None

    def _mark(self, sheet: Any, record: Record, stubs: Mapping[str, str]) -> None:
        """Marks of the test cells, and which answers are none."""
        names = self._keys[record.assignment].names
        scores = {t.name: t.score for q in record.questions for t in q.tests}
        questions = {q.name: q for q in record.questions}
        for grade in sheet.grades:
            name = names[grade.cell_id]
            question = questions.get(notebooks.question_of(name))
            if question is None or _is_carried(question, record, name):
                continue
            by_hand = question.status == "manual"
            grade.auto_score = None if by_hand else scores.get(name, 0.0)
            grade.needs_manual_grade = (
                by_hand
                or grade.manual_score is not None
                or record.status == "unreadable"
            )
        for comment in sheet.comments:
            name = names[comment.cell_id]
            empty = record.answers.get(name) in (None, stubs.get(name))
            comment.auto_comment = "No response." if empty else None

    def _submission(self, record: Record) -> tuple[Any, Any]:
        """The rows of a submission and its notebook, found or new, not yet written."""
        from nbgrader import api

        db, known = self._book.db, self._keys[record.assignment]
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
        for rows, new, cells in (
            (sheet.grades, api.Grade, known.grades),
            (sheet.comments, api.Comment, known.answers),
        ):
            there = {each.cell_id for each in rows}
            rows += [new(cell_id=cell) for cell in cells if cell not in there]
        db.add(row)
        return row, sheet


def _said(error: BaseException) -> str:
    """The first line of what a database says, without its many others."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0][:200]


def _complete(book: Any) -> None:
    """Note the version of new tables, if a run was killed before nbgrader did."""
    from nbgrader import api
    from sqlalchemy import text

    head = "alembic_version"
    book.db.execute(
        text(f"CREATE TABLE IF NOT EXISTS {head} (version_num VARCHAR(32) NOT NULL)")
    )
    if book.db.execute(text(f"SELECT version_num FROM {head}")).first() is None:
        values = {"version": api.get_alembic_version()}
        book.db.execute(text(f"INSERT INTO {head} VALUES (:version)"), values)
    book.db.commit()


@dataclass(frozen=True)
class _Keys:
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
