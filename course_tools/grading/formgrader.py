"""nbgrader's Autograde, by our engine: its button and its command run the same job.

``install()`` in ``nbgrader_config.py`` puts ``EngineAutograde`` where nbgrader's API
and command line look for their converter. It reads ``submitted/``, whatever the
notebooks there are called or hold, and writes through the same ``Writer`` as
``course grade``.
"""

from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde, NbGraderException

from course_tools.errors import CourseError


class EngineAutograde(Autograde):  # type: ignore[misc]
    """Grades the submissions nbgrader names with ``course_tools.grading``."""

    def start(self) -> None:
        """Grade, and raise NbGraderException with a sentence if that cannot be."""
        from course_tools.grading import session

        try:
            self._grade()
        except (CourseError, session.GraderFault) as error:
            self.log.error(str(error))
            raise NbGraderException(str(error)) from None

    def _grade(self) -> None:
        from course_tools.grading import batch, collect
        from course_tools.grading.gradebook import Writer
        from course_tools.grading.sources import load_source

        where, name = self.coursedir, self.coursedir.assignment_id
        path = where.format_path(where.source_directory, ".", name)
        source = load_source(Path(path) / f"{name}.ipynb")
        out = (Path(where.root) / where.autograded_directory).parent
        secret = collect.course_secret(out)
        collect.keep_secret(out, secret)
        submitted = Path(where.root) / where.submitted_directory
        students = self._students(submitted, name)
        jobs, _ = collect.find_jobs(
            submitted, {name: source}, secret, students=students
        )
        jobs = [job for job in jobs if job.path is not None]
        if not jobs:
            raise CourseError(
                f"no submission of {name} in {submitted}; expected "
                f"<student>/{name}/{name}.ipynb there"
            )
        with Writer(where.db_url, out) as writer:
            writer.prepare(source, {job.student for job in jobs})
            for job in jobs:
                record = batch.run_job(job)
                self.log.info(
                    "%s: %g of %g, %s. %s",
                    record.student,
                    record.score,
                    record.max_score,
                    record.status,
                    record.reason,
                )
                if record.status == "grader_fault":
                    raise CourseError(f"{record.student}: {record.reason}")
                writer.write(record, source, job.handed_in)

    def _students(self, submitted: Path, assignment: str) -> list[str]:
        pattern = f"{self.coursedir.student_id}/{assignment}"  # nbgrader's are globs
        return [found.parent.name for found in submitted.glob(pattern)]


def install() -> None:
    """Put the engine where nbgrader's API and command line look for Autograde."""
    from nbgrader.apps import api, autogradeapp

    api.Autograde = EngineAutograde
    autogradeapp.Autograde = EngineAutograde


def configure(c: Any) -> None:
    """Folders, gradebook and safe HTML for nbgrader; used by nbgrader_config.py."""
    root = c.CourseDirectory.root if "root" in c.CourseDirectory else str(Path.cwd())
    c.CourseDirectory.source_directory = "solutions"
    c.CourseDirectory.release_directory = "exercises"
    c.CourseDirectory.submitted_directory = "grading/submitted"
    c.CourseDirectory.autograded_directory = "grading/autograded"
    c.CourseDirectory.feedback_directory = "grading/feedback"
    c.CourseDirectory.db_url = f"sqlite:///{Path(root) / 'grading' / 'gradebook.db'}"
    c.HTMLExporter.sanitize_html = True
