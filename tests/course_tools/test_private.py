"""Private courses: other formulas, own texts, and no use for published answers."""

import json

import numpy as np
import pytest

from course_lib import check
from course_tools import cli
from course_tools.assignments import notebooks, private
from course_tools.errors import CourseError
from course_tools.grading import session
from course_tools.grading.judge import grade_answers, load_source

NAME = "ps01_hodgkin_huxley"
SOLUTIONS = notebooks.source_path(NAME).parent.parent
VARIED = sorted(path.parent.name for path in SOLUTIONS.glob("*/variants.py"))
DRAWS = 4


@pytest.fixture(scope="module", autouse=True)
def _close():
    yield
    session.close_all()


def _course(folder, secret, more="", name=NAME):
    folder.mkdir(exist_ok=True)
    (folder / "course.toml").write_text(f'secret = "{secret}"\n{more}')
    private.write([name], folder)
    return load_source(notebooks.find_source(name, folder))


@pytest.mark.parametrize("name", VARIED)
def test_published_answers_fail_and_own_ones_pass(name, tmp_path):
    """Published answers fail in 90 % of draws, a course's own score full, stubs 0."""
    published = load_source(notebooks.find_source(name)).solutions
    drawn = sorted(private.variants(name, tmp_path))
    assert len(drawn) >= 2
    asked, failed = set(), 0
    for number in range(DRAWS):
        folder = tmp_path / str(number)
        source = _course(folder, f"course {number}", name=name)
        own = grade_answers(source, source.solutions, seed=1, questions=drawn)
        theirs = grade_answers(source, published, seed=1, questions=drawn)
        assert own.score == own.max_score
        failed += sum(q.score <= q.max_score / 2 for q in theirs.questions)
        asked.add(tuple(source.solutions[q] for q in drawn))
    assert failed >= 0.9 * DRAWS * len(drawn)
    assert len(asked) >= 2
    released = notebooks.read(folder / "exercises" / name / f"{name}.ipynb")
    asks = notebooks.questions(released)
    stubs = {q: notebooks.solution_source(released, q) for q in asks}
    assert grade_answers(source, stubs, seed=1, questions=drawn).score == 0


@pytest.mark.parametrize("name", VARIED)
def test_every_question_has_at_least_three_other_forms(name, tmp_path):
    """Sixty draws give at least three forms of a question, never the published one."""
    published = load_source(notebooks.find_source(name)).solutions
    for question, draw in private.variants(name, tmp_path).items():
        forms = {draw(np.random.default_rng(k))[question] for k in range(60)}
        assert len(forms) >= 3, question
        assert published[question] not in forms


def test_a_course_is_the_same_again_and_another_is_not(tmp_path):
    """The secret decides: the same files again, others for another secret."""
    _course(tmp_path / "a", "one course")
    path = tmp_path / "a" / "exercises" / NAME / f"{NAME}.ipynb"
    before = path.read_text(encoding="utf-8")
    assert private.write([NAME], tmp_path / "a") == []
    _course(tmp_path / "b", "another course")
    other = (tmp_path / "b" / "exercises" / NAME / path.name).read_text(
        encoding="utf-8"
    )
    assert before != other and "BEGIN" not in before


def test_folder_overrides_text_solution_tests_points_and_seed(tmp_path):
    """Files named by cells replace them; the table sets points and seeds."""
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "q2-text.md").write_text("## 2. Only the speed (2 points)\n")
    (folder / "q2.py").write_text(
        "def gate(alpha, beta):\n    ### BEGIN SOLUTION\n"
        "    return alpha / (alpha + beta), 1 / (alpha + beta)\n    ### END SOLUTION\n"
    )
    (folder / "q2-test1.py").write_text(
        "assert gate(1.0, 3.0)[1] == 0.25\n### BEGIN HIDDEN TESTS\n"
        "DRAWN = float(rng.uniform())\nassert gate(DRAWN, 1.0)[1] == 1 / (DRAWN + 1)\n"
        "### END HIDDEN TESTS\n"
    )
    table = f'[{NAME}]\nvariants = ["q7"]\npoints = {{ q2-test1 = 5 }}\n'
    source = _course(tmp_path, "one course", table + "seeds = { q2-test1 = 7 }\n")
    assert "Only the speed" in json.dumps(source.notebook)
    assert (
        source.solutions["q3"]
        == load_source(notebooks.find_source(NAME)).solutions["q3"]
    )
    test = source.tests_of("q2")[0]
    assert (test.points, test.seed) == (5, 7)
    result = grade_answers(source, source.solutions, seed=1, questions=["q2"])
    assert result.score == result.max_score == 6
    shown = tmp_path / "exercises" / NAME / f"{NAME}.ipynb"
    assert "DRAWN" not in shown.read_text(encoding="utf-8")


def test_cells_are_found_whatever_ids_an_editor_gave_them(tmp_path, monkeypatch):
    """New cells of JupyterLab have ids of its own; names are those of the flags."""
    monkeypatch.setattr(notebooks, "root", lambda: tmp_path / "repository")
    notebook = notebooks.read(SOLUTIONS / NAME / f"{NAME}.ipynb")
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"{number:08x}"
    notebooks.write(notebooks.source_path(NAME), notebook)
    folder = tmp_path / "own"
    (folder / NAME).mkdir(parents=True)
    (folder / "course.toml").write_text('secret = "one course"\n')
    (folder / NAME / "q2-text.md").write_text("## 2. Only the speed (2 points)\n")
    (folder / NAME / "q2-test1-hint.md").write_text("Faster.\n")
    (folder / NAME / "w1-text.md").write_text("In other words\n")
    cells = private.source(NAME, folder)["cells"]
    at = [notebooks.grade_id(cell) for cell in cells]
    assert cells[at.index("q2") - 1]["source"] == "## 2. Only the speed (2 points)"
    assert cells[at.index("q2-test1")]["metadata"]["course"]["hint"] == "Faster."
    assert cells[at.index("w1") - 1]["source"] == "In other words"


def test_notebook_checks_by_the_file_beside_it(tmp_path, monkeypatch):
    """check() asks what the private course asks when its file lies beside."""
    _course(tmp_path, "one course")
    public = check.load(NAME)
    monkeypatch.chdir(tmp_path / "exercises" / NAME)
    assert check.load(NAME) != public


def test_grade_and_release_take_the_folder(tmp_path, capsys):
    """release --private writes the course, grade --private marks by it."""
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "course.toml").write_text('secret = "one course"\n')
    assert cli.main(["release", NAME, "--private", str(tmp_path / "p")]) == 0
    made = tmp_path / "p" / "solutions" / NAME / f"{NAME}.ipynb"
    assert cli.main(["release", NAME, "--check", "--private", str(tmp_path / "p")]) == 0
    for student, path in (("own", made), ("web", notebooks.find_source(NAME))):
        place = tmp_path / "s" / student / NAME
        place.mkdir(parents=True)
        (place / path.name).write_bytes(path.read_bytes())
    words = [
        "grade",
        str(tmp_path / "s"),
        "--private",
        str(tmp_path / "p"),
        "--jobs",
        "0",
    ]
    assert cli.main([*words, "--out", str(tmp_path / "g")]) == 0
    lines = (tmp_path / "g" / "records.jsonl").read_text().splitlines()
    marks = {x["student"]: x["score"] for x in map(json.loads, lines)}
    assert marks["own"] == 21 and marks["web"] <= 19


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected secret"),
        ('secret = "short"', "at least eight"),
        ("secret = ", "cannot be read"),
        ('secret = "one course"\n[ps99]\n', "is no assignment"),
        (f'secret = "one course"\n[{NAME}]\nvariants = ["q1"]\n', "q1 has no variants"),
        (f'secret = "one course"\n[{NAME}]\npoints = {{ q77 = 1 }}\n', "no cell 'q77'"),
        (f'secret = "one course"\n[{NAME}]\npoints = {{ q3 = 1 }}\n', "cannot have"),
        (
            f'secret = "one course"\n[{NAME}]\npoints = {{ q3 = "two" }}\n',
            "expected points",
        ),
        (f'secret = "one course"\n[{NAME}]\nvariants = "q3"\n', "expected variants"),
        (f'secret = "one course"\n[{NAME}]\nvarients = []\n', "means nothing"),
    ],
)
def test_bad_private_course_is_one_sentence(tmp_path, text, said):
    """What is wrong with course.toml is said, with what would be right."""
    (tmp_path / "course.toml").write_text(text)
    with pytest.raises(CourseError, match=said):
        private.source(NAME, tmp_path)


def test_private_course_lies_outside_the_repository():
    """A private folder in the repository could be published by mistake."""
    with pytest.raises(CourseError, match="outside"):
        private.read(notebooks.root() / "docs")
