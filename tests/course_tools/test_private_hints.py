"""Another form of a question brings its own public hints."""

import pytest

from course_tools.assignments import notebooks, private
from course_tools.errors import CourseError
from course_tools.grading.judge import load_source

NAME = "ps01_hodgkin_huxley"


def test_hints_are_replaced_by_variants_and_by_files(tmp_path):
    """A key that ends in -hint changes the hint of that test cell, nothing else."""
    folder = tmp_path / NAME
    folder.mkdir()
    (tmp_path / "course.toml").write_text(
        f'secret = "one course"\n[{NAME}]\nvariants = ["q2"]\n'
    )
    (folder / "variants.py").write_text(
        "def q2(rng):\n    return {'q2-test1-hint': 'Look twice.'}\n"
    )
    (folder / "q2-test2-hint.md").write_text("And once more.\n")
    private.write([NAME], tmp_path)
    made = load_source(notebooks.find_source(NAME, tmp_path))
    public = load_source(notebooks.find_source(NAME))
    assert [test.hint for test in made.tests_of("q2")[:2]] == [
        "Look twice.",
        "And once more.",
    ]
    assert [t.source for t in made.tests_of("q2")] == [
        t.source for t in public.tests_of("q2")
    ]
    (folder / "q77-test1-hint.md").write_text("Where?\n")
    with pytest.raises(CourseError, match="no cell 'q77-test1'"):
        private.source(NAME, tmp_path)
