"""The students' side is generated from the source, and nothing leaks into it."""

import io
import json
import os
import re
import sys
import zipfile
from pathlib import Path

import pytest

from course_tools import cli
from course_tools.assignments import bundle, notebooks, release
from course_tools.assignments.text import from_text
from course_tools.errors import CourseError

ASSIGNMENTS = notebooks.assignments()

TOY = """\
assignment: toy
title: A toy
forbidden: course_lib.nothing

# %% text id=intro
# Toy

# %% setup id=setup
factor = 2

# %% text id=q1-text
## 1. Twice (1 point)

# %% solution id=q1
def twice(x):
    ### BEGIN SOLUTION
    return factor * x
    ### END SOLUTION

# %% test id=q1-test1 points=1 hint="Two times."
assert twice(1) == 2, "twice 1 is 2"
### BEGIN HIDDEN TESTS
assert twice(rng.uniform()) > 0
### END HIDDEN TESTS

# %% written id=w1 points=2
Because it is.
### BEGIN MARK SCHEME
2 points for that.
### END MARK SCHEME
"""


def toy(old="", new=""):
    """The toy notebook, with one piece of its text replaced."""
    assert old in TOY
    return from_text(TOY.replace(old, new))


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course folder that holds the toy alone."""
    notebooks.write(tmp_path / "solutions" / "toy" / "toy.ipynb", toy())
    monkeypatch.setattr(notebooks, "root", lambda: tmp_path)
    return tmp_path


def sources(notebook):
    """Cell texts by nbgrader name."""
    return {notebooks.grade_id(c): c["source"] for c in notebook["cells"]}


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_exercises_are_what_the_source_gives(name):
    """exercises/ and the visible-test data are the regenerated ones, byte for byte."""
    for item in release.products(name):
        assert not item.stale(), f"run 'course release' and commit {item.path}"
    assert release.leftovers() == []


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_release_has_stubs_and_no_hidden_text(name):
    """A released notebook has a stub per question; no hidden test, rubric or output."""
    source = notebooks.read(notebooks.find_source(name))
    text = notebooks.dumps(release.release(source))
    for word in ("BEGIN SOLUTION", "HIDDEN TESTS", "MARK SCHEME"):
        assert word not in text
    for cell in json.loads(text)["cells"]:
        assert not cell.get("outputs")
    released = release.release(source)
    for question in notebooks.questions(source):
        assert "NotImplementedError" in notebooks.solution_source(released, question)
    assert [c["id"] for c in released["cells"]] == [c["id"] for c in source["cells"]]


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_source_is_written_the_one_way(name):
    """The committed source is exactly what our own writer writes: no editor's noise."""
    path = notebooks.find_source(name)
    assert path.read_text(encoding="utf-8") == notebooks.dumps(notebooks.read(path))


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_release_equals_that_of_nbgrader(tmp_path, monkeypatch):
    """Cell by cell, our release is nbgrader's, but for the tag that lets runs go on."""
    nbgrader = pytest.importorskip("nbgrader.apps")
    from traitlets.config import Config

    name = ASSIGNMENTS[0]
    source = notebooks.read(notebooks.find_source(name))
    notebooks.write(tmp_path / "source" / name / f"{name}.ipynb", source)
    monkeypatch.chdir(tmp_path)
    tools = Path(sys.executable).parent  # nbgrader calls alembic by its bare name
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    config.CourseDirectory.db_url = f"sqlite:///{tmp_path}/throwaway.db"
    done = nbgrader.NbGraderAPI(config=config).generate_assignment(name)
    assert done["success"], done.get("error") or done.get("log")
    theirs = notebooks.read(tmp_path / "release" / name / f"{name}.ipynb")
    ours = release.release(source)
    assert len(theirs["cells"]) == len(ours["cells"])
    for their, our in zip(theirs["cells"], ours["cells"], strict=True):
        their["metadata"].pop("execution", None)
        assert our["metadata"].pop("tags", []) in ([], [notebooks.GO_ON])
        assert their == our


def test_release_leaves_the_source_alone():
    """Releasing changes nothing in the notebook it is given, and repeats itself."""
    source = toy()
    before = notebooks.dumps(source)
    first, second = release.release(source), release.release(source)
    assert notebooks.dumps(source) == before
    assert notebooks.dumps(first) == notebooks.dumps(second)


def test_release_of_the_toy_by_hand():
    """Stub under the signature, visible test kept, model answer and rubric gone."""
    text = sources(release.release(toy()))
    assert text["q1"] == (
        "def twice(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    assert text["q1-test1"] == 'assert twice(1) == 2, "twice 1 is 2"'
    assert text["w1"] == "YOUR ANSWER HERE"


def test_an_open_question_does_not_stop_run_all():
    """In Jupyter a release runs to its last cell, whatever answers, tests and pictures
    raise; without its setup nothing is worth running."""
    picture = "# %% play id=picture\nplot(twice)\n\n# %% written id=w1"
    made = release.release(toy("# %% written id=w1", picture))
    tags = {c["id"]: c["metadata"].get("tags") for c in made["cells"]}
    assert tags["q1"] == tags["q1-test1"] == tags["picture"] == ["raises-exception"]
    assert tags["setup"] is None and tags["w1"] is None and tags["intro"] is None


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("assignment: toy", "assignment: other", "metadata name the assignment"),
        ("    ### BEGIN SOLUTION\n", "", "q1 has no '### BEGIN SOLUTION'"),
        (' hint="Two times."', "", "q1-test1 has no public hint"),
        ("id=q1-test1", "id=q7-test1", "q7-test1 tests no known question"),
        ("### BEGIN HIDDEN TESTS\n", "", "no '### BEGIN HIDDEN TESTS'"),
        ("twice 1 is 2", 'twice"', "q1-test1, line 1, is no Python"),
    ],
)
def test_release_names_what_an_author_forgot(old, new, complaint):
    """Each omission is named with the cell in which it is."""
    assert any(complaint in text for text in release.complaints("toy", toy(old, new)))


def test_release_names_a_test_without_points():
    """Points that are missing, as in a cell whose flags were set by hand, are named."""
    notebook = toy()
    for cell in notebook["cells"]:
        if notebooks.role(cell) in ("test", "written"):
            del cell["metadata"]["nbgrader"]["points"]
    assert release.complaints("toy", notebook) == [
        "q1-test1 has no points; expected a number, got None",
        "w1 has no points; expected a number, got None",
    ]


def test_release_refuses_an_unclosed_region():
    """A BEGIN without END would publish the solution: refused by name."""
    with pytest.raises(CourseError, match="cell q1: 'BEGIN SOLUTION' has no"):
        release.release(toy("    ### END SOLUTION\n", ""))


def test_command_names_the_notebook_it_refuses(course, capsys):
    """Of eleven notebooks with a cell q1 it is said which one cannot be released."""
    notebooks.write(notebooks.source_path("toy"), toy("    ### END SOLUTION\n", ""))
    assert cli.main(["release"]) == 2
    assert "solutions/toy/toy.ipynb cannot be released: cell q1" in (
        capsys.readouterr().err
    )


def test_text_refuses_two_cells_of_one_name():
    """Two cells with one id are refused, as every later step goes by the id."""
    with pytest.raises(CourseError, match="used twice: q1"):
        toy("id=q1-test1", "id=q1")


def test_command_writes_checks_and_removes(course, capsys):
    """release writes; --check is content then, and not after an edit by hand."""
    assert cli.main(["release", "--check"]) == 1
    assert cli.main(["release"]) == 0
    assert cli.main(["release", "--check"]) == 0
    exercise = course / "exercises" / "toy" / "toy.ipynb"
    exercise.write_text("edited", encoding="utf-8")
    old = course / "exercises" / "gone" / "gone.ipynb"
    notebooks.write(old, toy())
    assert cli.main(["release", "--check"]) == 1
    said = capsys.readouterr().out
    assert "differs from its source: exercises/toy/toy.ipynb" in said
    assert "has no source any more: exercises/gone/gone.ipynb" in said
    assert exercise.read_text(encoding="utf-8") == "edited"
    assert cli.main(["release"]) == 0
    assert cli.main(["release", "--check"]) == 0
    assert not old.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["release", "nothing"], "no assignment 'nothing'"),
        (["new-assignment", "Bad Name"], "expected a name like"),
        (["new-assignment", "toy"], "exists already"),
        (["verify", "--assignment", "nothing"], "no assignment 'nothing'"),
        (["verify", "--jobs", "0"], "--jobs must be at least 1"),
    ],
)
def test_command_refuses_in_one_sentence(course, capsys, arguments, sentence):
    """Bad input gets one sentence and exit code 2, and changes nothing."""
    before = sorted(course.rglob("*"))
    assert cli.main(arguments) == 2
    said = capsys.readouterr().err
    assert sentence in said and len(said.strip().splitlines()) == 1
    assert sorted(course.rglob("*")) == before


@pytest.fixture(scope="module")
def students_zip(tmp_path_factory):
    """The students' zip of the real course, opened."""
    path = tmp_path_factory.mktemp("bundle") / "course.zip"
    bundle.write(path, ASSIGNMENTS)
    return zipfile.ZipFile(path)


def _texts(archive):
    """Every file in the zip and in the wheel in it, by name."""
    found = {}
    for name in archive.namelist():
        data = archive.read(name)
        if name.endswith(".whl"):
            wheel = zipfile.ZipFile(io.BytesIO(data))
            found |= {
                n: wheel.read(n).decode("utf-8", "replace") for n in wheel.namelist()
            }
        else:
            found[name] = data.decode("utf-8")
    return found


def test_bundle_has_what_a_student_needs(students_zip):
    """Notebooks, one wheel, START_HERE as notebook and page, all in one folder."""
    names = {Path(name).name for name in students_zip.namelist()}
    assert {"START_HERE.ipynb", "START_HERE.html"} <= names
    assert {f"{name}.ipynb" for name in ASSIGNMENTS} <= names
    assert sum(name.endswith(".whl") for name in names) == 1
    assert {Path(name).parent.as_posix() for name in students_zip.namelist()} == {
        bundle.FOLDER
    }


def test_bundle_gives_nothing_away(students_zip):
    """No line of a solution or hidden test, no test file, in zip or wheel.

    The library's own model, which an assignment forbids, is the one exception.
    """
    texts = _texts(students_zip)
    assert not [name for name in texts if re.search(r"(^|/)(tests|solutions)/", name)]
    secret, public, exempt = set(), set(), set()
    for name in ASSIGNMENTS:
        source = notebooks.read(notebooks.find_source(name))
        for cell, shown in zip(
            source["cells"], release.release(source)["cells"], strict=True
        ):
            secret |= set(map(str.strip, cell["source"].splitlines()))
            public |= set(map(str.strip, shown["source"].splitlines()))
        for module in notebooks.course_metadata(source)["forbidden"]:
            exempt.add(module.replace(".", "/"))
    shown = "\n".join(public)
    secret = {line for line in secret if len(line) > 24 and line not in shown}
    secret = {line for line in secret if not line.startswith(("from ", "import "))}
    assert len(secret) > 100
    for name, text in texts.items():
        assert "### BEGIN HIDDEN TESTS" not in text or name.endswith(
            ("notebooks.py", "template.txt")  # the markers themselves, and the example
        )
        if not name.startswith(tuple(exempt)):
            leaked = [
                line
                for line in secret
                if line in text or json.dumps(line, ensure_ascii=False)[1:-1] in text
            ]
            assert not leaked, f"{name} contains {leaked[0]!r}"


def test_bundle_is_the_same_twice(students_zip, tmp_path):
    """The same sources give the same zip, byte for byte."""
    bundle.write(tmp_path / "again.zip", ASSIGNMENTS)
    first = Path(students_zip.filename).read_bytes()
    assert (tmp_path / "again.zip").read_bytes() == first


def test_bundle_refuses_a_folder_that_is_not_there(tmp_path):
    """An unwritable place gets a sentence and leaves nothing behind."""
    with pytest.raises(CourseError, match="name a file in a folder that exists"):
        bundle.write(tmp_path / "no" / "where.zip", ASSIGNMENTS)
    assert list(tmp_path.iterdir()) == []


def test_start_here_installs_the_wheel_and_checks_versions(
    tmp_path, monkeypatch, capsys
):
    """START_HERE pip-installs the wheel beside it, says when it is not there, and
    ends with Ready on a machine that has everything."""
    cells = {c["id"]: c["source"] for c in bundle.start_notebook(ASSIGNMENTS)["cells"]}
    assert '%pip install --quiet "{wheel}"' in cells["install"]
    newer = '%pip install --quiet --force-reinstall --no-deps "{wheel}"'
    assert newer in cells["install"]  # or the next zip's library would be left out
    asked = []
    code = cells["install"].replace(newer, "")
    code = re.sub(r"%pip install .*", "asked.append(wheel)", code)
    monkeypatch.chdir(tmp_path)
    exec(code, {"asked": asked})
    assert not asked and "Unpack the whole zip" in capsys.readouterr().out
    (tmp_path / "neurons_to_networks-0.1.0-py3-none-any.whl").touch()
    exec(code, {"asked": asked})
    assert asked == ["neurons_to_networks-0.1.0-py3-none-any.whl"]
    exec(cells["versions"], {})
    assert "Ready." in capsys.readouterr().out
    assert ASSIGNMENTS[0] in cells["next"]
