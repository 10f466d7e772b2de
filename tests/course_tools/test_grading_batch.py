"""The batch: every submission gets a record, results fit nbgrader, nothing leaks."""

import csv
import importlib.util
import json
import os
import sys
from dataclasses import replace

import pytest

from course_tools import cli
from course_tools.assignments import notebooks
from course_tools.grading import batch, collect, reports, session
from course_tools.grading.judge import Limits, load_source
from tests.course_tools.grading_fixtures import tiny
from tests.support import ROOT

SCRIPT = "<script>alert(1)</script>"
LINK = r"$\newcommand\x[1]{\href{java#1}{click}}\x{scr ipt}$"


@pytest.fixture(scope="module", autouse=True)
def _close():
    yield
    session.close_all()


def _hand_in(folder, student, text, name="tiny.ipynb"):
    place = folder / student / "tiny"
    place.mkdir(parents=True)
    (place / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with a graded class of five, the way ``course grade`` leaves it."""
    root = tmp_path_factory.mktemp("course")
    tiny.source(root)
    submitted = root / "grading" / "submitted"
    wrong = "def affine(x, a):\n    print('seen')\n    return x"
    _hand_in(submitted, "ann", notebooks.dumps(tiny.hand_in()))
    _hand_in(
        submitted, "bob", notebooks.dumps(tiny.hand_in(q1=wrong)), "mine (2).ipynb"
    )
    html = notebooks.dumps(
        tiny.hand_in(w1=f"My words {SCRIPT} [x](javascript:y) {LINK}")
    )
    _hand_in(submitted, "cyd", html)
    _hand_in(submitted, "dan", "{")
    (submitted / "=eve").mkdir()
    (root / "roster.csv").write_text(
        "student,name\nann,A\nbob,B\ncyd,C\ndan,D\n=eve,E\n"
    )
    assert _grade(root) == 0
    return root


def _grade(root, *more):
    arguments = ["grade", str(root / "grading" / "submitted"), "--course", str(root)]
    arguments += ["--out", str(root / "grading"), "--jobs", "1"]
    arguments += ["--roster", str(root / "roster.csv"), *more]
    return cli.main(arguments)


def _records(root):
    text = (root / "grading" / "records.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    return {line["student"]: line for line in lines}


def test_every_expected_submission_has_a_record(course):
    """One line per student of the roster, with status, score and repairs."""
    found = {s: (r["status"], r["score"]) for s, r in _records(course).items()}
    assert found == {
        "ann": ("graded", 6),
        "bob": ("repaired", 5),
        "cyd": ("graded", 6),
        "dan": ("unreadable", 0),
        "=eve": ("missing", 0),
    }
    keys = "schema student assignment notebook status score max_score questions repairs"
    keys += " seconds peak_mb sha256 seed"
    assert set(keys.split()) <= set(_records(course)["ann"])


def test_grades_csv_is_a_safe_table(course):
    """grades.csv has a row per student and starts no spreadsheet formula."""
    with (course / "grading" / "grades.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["student"] for row in rows] == ["'=eve", "ann", "bob", "cyd", "dan"]
    assert rows[2]["q1"] == "1.0" and rows[2]["score"] == "5.0"


def test_gradebook_holds_the_marks(course):
    """nbgrader's own gradebook gives the same scores; the written one waits."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as book:
        scores = {s.student.id: s.score for s in book.assignment_submissions("tiny")}
        assert scores == {"ann": 6, "bob": 5, "cyd": 6, "dan": 0}
        waiting = book.find_grade("w1", "tiny", "tiny", "ann")
        assert waiting.needs_manual_grade and waiting.auto_score is None
        done = book.find_grade("q1-test1", "tiny", "tiny", "bob")
        assert done.auto_score == 0 and not done.needs_manual_grade


def test_students_see_no_hidden_test(course):
    """Nothing written for students or about them holds hidden source or a script."""
    from nbgrader.apps import NbGraderAPI

    api = NbGraderAPI(config=_config(course))
    for student in ("bob", "cyd", "dan"):
        own = course / "grading" / "feedback" / student / "tiny" / "tiny.html"
        page = own.read_text(encoding="utf-8")
        assert tiny.CANARY not in page and SCRIPT not in page
        result = api.generate_feedback("tiny", student)
        assert result["success"], result
        page = own.read_text(encoding="utf-8")  # nbgrader's has taken its place
        assert tiny.CANARY not in page and SCRIPT not in page
        assert 'href="javascript:' not in page
        assert r"\href" not in page
        if student == "bob":
            assert "the argument" not in page and "Arrays are not equal" not in page
    for path in (course / "grading").rglob("*"):
        if path.is_file() and path.suffix != ".db":
            assert tiny.CANARY not in path.read_text(encoding="utf-8"), path


def _config(root):
    from traitlets.config import Config

    from course_tools.grading import formgrader

    config = Config()
    config.CourseDirectory.root = str(root)
    formgrader.configure(config)
    return config


def test_nbgrader_lists_and_exports(course, tmp_path):
    """The API behind formgrader's pages and ``nbgrader export`` read the results."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.plugins import CsvExportPlugin

    api = NbGraderAPI(config=_config(course))
    rows = {row["student"]: row for row in api.get_submissions("tiny")}
    assert rows["bob"]["score"] == 5 and rows["bob"]["autograded"]
    assert rows["ann"]["needs_manual_grade"]
    with api.gradebook as book:
        plugin = CsvExportPlugin()
        plugin.to = str(tmp_path / "out.csv")
        plugin.export(book)
    table = (tmp_path / "out.csv").read_text()
    assert "bob" in table and "5.0" in table


def test_autograde_button_runs_the_same_job(course, monkeypatch):
    """nbgrader's autograde call, as the button makes it, uses the engine."""
    from nbgrader.apps import NbGraderAPI, api, autogradeapp

    from course_tools.grading import formgrader

    monkeypatch.setattr(api, "Autograde", api.Autograde)
    monkeypatch.setattr(autogradeapp, "Autograde", autogradeapp.Autograde)
    formgrader.install()
    caller = NbGraderAPI(config=_config(course))
    path = course / "grading" / "autograded" / "bob" / "tiny" / "tiny.ipynb"
    before = path.read_text(encoding="utf-8")
    path.unlink()
    with caller.gradebook as book:
        row = book.find_submission("tiny", "bob")
        row.notebooks[0].late_submission_penalty = 2
        book.db.commit()
    result = caller.autograde("tiny", "bob")  # its file is called mine (2).ipynb
    assert result["success"], result
    with caller.gradebook as book:  # the button knows no dates, so it leaves them
        row = book.find_submission("tiny", "bob")
        assert row.late_submission_penalty == 2
        row.notebooks[0].late_submission_penalty = None
        book.db.commit()
    assert path.read_text(encoding="utf-8") == before
    result = caller.autograde("tiny", "nobody")
    assert not result["success"] and "no submission" in result["error"]


def test_a_manual_mark_survives_a_regrade(course):
    """What a person has given by hand stays, and stands in every table."""
    from nbgrader.api import Gradebook

    url = f"sqlite:///{course / 'grading' / 'gradebook.db'}"
    with Gradebook(url) as book:
        book.find_grade("w1", "tiny", "tiny", "ann").manual_score = 1
        generous = book.find_grade("q2-test1", "tiny", "tiny", "bob")
        generous.manual_score = generous.auto_score + 0.5
        book.db.commit()
    assert _grade(course, "--student", "ann") == 0
    with Gradebook(url) as book:
        totals = {s: book.find_submission("tiny", s).score for s in ("ann", "bob")}
    assert totals == {"ann": 7, "bob": 5.5}
    assert len(_records(course)) == 5  # the others are still there
    assert _records(course)["ann"]["score"] == 6  # the journal is the machine's
    with (course / "grading" / "grades.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert (rows["ann"]["by_hand"], rows["ann"]["w1"]) == ("1.0", "1.0")
    assert (rows["bob"]["by_hand"], rows["cyd"]["by_hand"]) == ("0.5", "")
    for name, total in totals.items():
        assert float(rows[name]["score"]) + float(rows[name]["by_hand"]) == total
        assert float(rows[name]["mark"]) == total


def test_another_answer_after_a_mark_by_hand_is_told(course, capsys):
    """The mark stays, and who gave it hears that the text is another one now."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as book:
        book.find_grade("w1", "tiny", "tiny", "ann").manual_score = 1
        book.db.commit()
    capsys.readouterr()
    assert _grade(course, "--student", "ann") == 0
    assert "was marked by hand" not in capsys.readouterr().out
    handed = tiny.hand_in()
    tiny.cell(handed, "w1")["source"] = "On second thoughts, no."
    path = course / "grading" / "submitted" / "ann" / "tiny" / "tiny.ipynb"
    path.write_text(notebooks.dumps(handed), encoding="utf-8")
    assert _grade(course, "--resume") == 0
    assert "ann: w1 was marked by hand and has another" in capsys.readouterr().out


def test_late_work_that_is_worth_nothing_gains_nothing_by_hand():
    """The penalty takes what a person gave too, as nbgrader's does."""
    questions = [
        {"name": "q1", "score": 2.0, "status": "full"},
        {"name": "w1", "score": None, "status": "manual"},
    ]
    line = {"questions": questions, "score": 2.0, "penalty": 2.0}
    marked = reports.with_hand(line, {"w1": 3.0, "q1-test1": -1.0}, worthless=True)
    assert (marked["by_hand"], marked["penalty"]) == (2.0, 4.0)
    assert [q["score"] for q in marked["questions"]] == [1.0, 3.0]
    assert reports._final(marked) == 0
    assert reports._final(reports.with_hand(line, {"w1": 3.0})) == 3
    assert "by_hand" not in reports.with_hand(line, {})


def test_resume_runs_only_what_is_new(course, capsys):
    """--resume keeps finished work and grades what has changed since."""
    bob = course / "grading" / "submitted" / "bob" / "tiny" / "mine (2).ipynb"
    bob.write_text(notebooks.dumps(tiny.hand_in()), encoding="utf-8")
    assert _grade(course, "--resume") == 0
    assert "1 graded" in capsys.readouterr().out
    assert _records(course)["bob"]["score"] == 6
    assert len(_records(course)) == 5


def test_one_question_keeps_the_others(course):
    """--question recomputes one mark and carries the rest of the record over."""
    before = _records(course)["bob"]
    assert _grade(course, "--question", "q2", "--student", "bob", "--yes") == 0
    after = _records(course)["bob"]
    assert [q["name"] for q in after["questions"]] == ["q1", "q2", "q3", "w1"]
    assert (after["score"], after["max_score"]) == (before["score"], 6)
    path = course / "grading" / "autograded" / "bob" / "tiny" / "tiny.ipynb"
    shown = notebooks.read(path)["cells"]
    assert all(not c.get("outputs") for c in shown if notebooks.role(c) == "test")


BAD_INPUT = {
    "no such folder": (["nowhere"], "expected a folder of submissions"),
    "unknown assignment": (["s", "--assignment", "ps99"], "no assignment 'ps99'"),
    "unknown question": (["s", "--question", "q9"], "no question is called q9"),
    "unknown student": (["s", "--student", "zoe"], "no submissions of zoe"),
    "no workers": (["s", "--jobs", "-1"], "--jobs: expected"),
    "not a roster": (["s", "--roster", "none.csv"], "the roster"),
    "unwritable": (["s", "--out", "file/out"], "cannot write results"),
    "empty folder": (["empty"], "no assignment of this course"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_one_sentence(name, tmp_path, monkeypatch, capsys):
    """Bad input exits with 2 and one sentence, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    tiny.source(tmp_path)
    _hand_in(tmp_path / "s", "ann", "{}")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    before = sorted(tmp_path.rglob("*"))
    arguments, sentence = BAD_INPUT[name]
    assert cli.main(["grade", *arguments, "--course", "."]) == 2
    said = capsys.readouterr().err.strip()
    assert sentence in said and "\n" not in said
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["fork", "nbgrader"])
def test_what_the_machine_lacks_is_named(name, tmp_path, monkeypatch, capsys):
    """Without fork or nbgrader the command says so and what to do."""
    if name == "fork":
        monkeypatch.delattr(os, "fork")
    else:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert cli.main(["grade", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert ("WSL" if name == "fork" else "[grading]") in said


def test_time_of_the_collector_is_taken(tmp_path):
    """A timestamp.txt is the time handed in; one that holds no time is ignored."""
    source = load_source(tiny.source(tmp_path))
    for student, text in [("ann", "2026-02-01 10:00:00 UTC"), ("bob", "yesterday?!")]:
        _hand_in(tmp_path / "s", student, notebooks.dumps(tiny.hand_in()))
        (tmp_path / "s" / student / "tiny" / "timestamp.txt").write_text(text)
    jobs, _ = collect.find_jobs(tmp_path / "s", {"tiny": source}, 1)
    assert jobs[0].handed_in.isoformat() == "2026-02-01T10:00:00"
    assert jobs[1].handed_in is None and "holds no time" in jobs[1].notes[0]


def test_preflight_refuses_a_broken_source(tmp_path, monkeypatch, capsys):
    """A solution that loses its own marks stops the run before the first submission."""
    monkeypatch.chdir(tmp_path)
    notebook = tiny.notebook()
    tiny.cell(notebook, "q1")["source"] = "def affine(x, a):\n    return x"
    notebooks.write(tmp_path / "solutions" / "tiny" / "tiny.ipynb", notebook)
    _hand_in(tmp_path / "s", "ann", notebooks.dumps(tiny.hand_in()))
    assert cli.main(["grade", "s", "--course", "."]) == 2
    assert "does not pass its own tests: q1" in capsys.readouterr().err
    tiny.cell(notebook, "q1")["source"] = "def affine(x, a):\n    return 2 * x + 1"
    notebooks.write(tmp_path / "solutions" / "tiny" / "tiny.ipynb", notebook)
    assert cli.main(["grade", "s", "--course", "."]) == 2
    said = capsys.readouterr().err  # its author is not put off with the public hint
    assert "own tests: q1 (hidden in q1-test1, AssertionError" in said
    assert "at 'assert np.allclose(affine(x, a), a * x + 1)')" in said
    assert not (tmp_path / "grading").exists()


def test_files_that_are_no_files_are_left_out(tmp_path):
    """A link out of the folder and a pipe are named and not opened."""
    source = load_source(tiny.source(tmp_path))
    place = tmp_path / "s" / "ann" / "tiny"
    place.mkdir(parents=True)
    (place / "tiny.ipynb").symlink_to(source.path)
    os.mkfifo(place / "pipe.ipynb")
    jobs, _ = collect.find_jobs(tmp_path / "s", {"tiny": source}, 1)
    assert jobs[0].path is None and len(jobs[0].notes) == 2


def test_killed_worker_costs_nobody_a_record(tmp_path, monkeypatch):
    """A grading process that dies gets its job a second try, then a grader fault."""
    source = load_source(tiny.source(tmp_path))
    for student in ("kim", "lea", "mia"):
        _hand_in(tmp_path / "s", student, notebooks.dumps(tiny.hand_in()))
    jobs, _ = collect.find_jobs(tmp_path / "s", {"tiny": source}, 1)
    given = []
    give = batch.Lane.give

    def kill_on_kim(lane, job, attempt=1):
        give(lane, job, attempt)
        given.append((job.student, attempt))
        if job.student == "kim" or (job.student == "lea" and attempt == 1):
            lane.process.kill()

    monkeypatch.setattr(batch.Lane, "give", kill_on_kim)
    records = {r.student: r for r in batch.run_jobs(jobs, 1)}
    assert records["kim"].status == "grader_fault"
    assert (records["lea"].score, records["mia"].score) == (6, 6)
    assert ("kim", 2) in given and ("lea", 2) in given


def _samples():
    sys.path.insert(0, str(ROOT / "samples"))
    try:
        import make_samples
    finally:
        sys.path.pop(0)
    return make_samples


def test_sample_class_follows_the_assignment():
    """samples/submissions is what samples/make_samples.py writes today."""
    for student, (name, text) in _samples().students().items():
        folder = ROOT / "samples" / "submissions" / student / "ps01_hodgkin_huxley"
        assert [p.name for p in folder.iterdir()] == [name]
        assert (folder / name).read_text(encoding="utf-8") == text, (
            f"{student}: run python samples/make_samples.py"
        )


def test_sample_class_gets_its_marks(tmp_path):
    """Ten students, good, broken and hostile, get the marks of expected.csv."""
    with (ROOT / "samples" / "expected.csv").open(newline="") as file:
        expected = {
            row["student"]: (
                row["status"],
                float(row["score"]),
                float(row["max_score"]),
            )
            for row in csv.DictReader(file)
        }
    name = "ps01_hodgkin_huxley"
    source = load_source(notebooks.find_source(name, ROOT))
    _samples().write(tmp_path / "s")
    jobs, unmatched = collect.find_jobs(tmp_path / "s", {name: source}, 5)
    limits = Limits(question_s=4)
    records = [batch.run_job(replace(job, limits=limits)) for job in jobs]
    got = {r.student: (r.status, r.score, r.max_score) for r in records}
    assert got == expected and not unmatched
