"""nbgrader on this course: where things are, and our engine behind Autograde.

``jupyter lab`` or ``nbgrader ...`` in this folder read this file. Formgrader's pages,
``generate_feedback`` and ``export`` work as they are; its Autograde button and
``nbgrader autograde`` run the same job as ``course grade``.
"""

from pathlib import Path

from course_tools.grading import formgrader

c = get_config()  # noqa: F821 - traitlets defines it in configuration files
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
formgrader.configure(c)
formgrader.install()
