"""A run as a whole: what is done again, what is kept, whatever is killed meanwhile."""

import contextlib
import copy
import csv
import functools
import json
import os
import re
import signal
import time
from pathlib import Path

import pytest

from course_tools import cli
from course_tools.assignments import notebooks
from course_tools.grading import batch, reports, run, sandbox, session
from tests.course_tools.grading_fixtures import hostile, services, tiny
from tests.support import requires

WRONG = "def affine(x, a):\n    return a * x"
SECRET = "12345"


@pytest.fixture(scope="module", autouse=True)
def _close():
    yield
    session.close_all()


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    """Warm processes outlive a command; nbgrader's version is asked for once."""
    from nbgrader import api

    monkeypatch.setattr(api, "get_alembic_version", _version(api.get_alembic_version))
    monkeypatch.setattr(session, "close_all", lambda: None)


@functools.cache
def _version(ask):
    return functools.cache(ask)


def _hand_in(root, student, data, stamp=""):
    place = root / "s" / student / "tiny"
    place.mkdir(parents=True, exist_ok=True)
    data = data if isinstance(data, bytes) else notebooks.dumps(data).encode()
    (place / "tiny.ipynb").write_bytes(data)
    if stamp:
        (place / "timestamp.txt").write_text(stamp)


@pytest.fixture
def course(tmp_path):
    """ann has everything right, bob a wrong q1, eve ends her process."""
    tiny.source(tmp_path)
    _hand_in(tmp_path, "ann", tiny.hand_in(), "2027-02-02 10:00:00 UTC")
    _hand_in(tmp_path, "bob", tiny.hand_in(q1=WRONG), "2027-02-02 10:00:00 UTC")
    _hand_in(tmp_path, "eve", hostile.crashing()["27_os_exit"][0])
    return tmp_path


def _grade(root, *more, out="grading"):
    arguments = ["grade", str(root / "s"), "--course", str(root), "--jobs", "0"]
    arguments += ["--out", str(root / out), "--seed", SECRET, *more]
    return cli.main(arguments)


def _lines(root, out="grading"):
    lines = reports.read_journal(root / out / "records.jsonl")
    return {line["student"]: line for line in lines}


def _marks(root, out="grading"):
    return {s: (x["status"], x["score"]) for s, x in _lines(root, out).items()}


ALL = {"ann": ("graded", 6), "bob": ("graded", 5), "eve": ("crashed", 4)}


def test_moved_marks_are_listed_before_they_are_written(course, capsys):
    """--question lists whose marks move and writes them only when told to."""
    assert _grade(course) == 0
    assert _marks(course) == ALL
    notebook = tiny.notebook()
    test = tiny.cell(notebook, "q1-test1")
    test["source"] = "assert affine(1.0, 2.0) >= 2"  # bob's is good enough now
    notebooks.write(course / "solutions" / "tiny" / "tiny.ipynb", notebook)
    capsys.readouterr()
    assert _grade(course, "--question", "q1") == 0
    said = capsys.readouterr().out
    assert "bob: q1 1 -> 2" in said
    assert "1 marks move, in 3 submissions\nnothing was written" in said
    assert _marks(course) == ALL
    assert _grade(course, "--question", "q1", "--yes") == 0
    assert {s: mark for s, (_, mark) in _marks(course).items()} == {
        "ann": 6,
        "bob": 6,
        "eve": 4,
    }


def test_a_new_test_cell_reaches_marks_that_are_there(course):
    """A test added to a graded question counts in record and gradebook alike."""
    from nbgrader.api import Gradebook

    assert _grade(course) == 0
    notebook = tiny.notebook()
    more = copy.deepcopy(tiny.cell(notebook, "q1-test1"))
    more["id"] = more["metadata"]["nbgrader"]["grade_id"] = "q1-test9"
    notebook["cells"].insert(notebook["cells"].index(tiny.cell(notebook, "q2")), more)
    notebooks.write(course / "solutions" / "tiny" / "tiny.ipynb", notebook)
    assert _grade(course, "--question", "q1", "--yes") == 0
    lines = _lines(course)
    assert {(line["score"], line["max_score"]) for line in lines.values()} == {
        (7, 7),
        (5, 7),
        (4, 7),
    }
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as book:
        for student, line in lines.items():
            row = book.find_submission("tiny", student)
            assert (row.score, row.max_score) == (line["score"], 8)  # w1 has one


def test_failed_regrade_keeps_the_old_mark(course, monkeypatch, capsys):
    """A fault of ours leaves the mark that was there, says so, and can be repeated."""
    assert _grade(course) == 0
    real = batch.run_job

    def breaks(job):
        if job.student == "bob":
            raise RuntimeError("disk full")
        return real(job)

    monkeypatch.setattr(batch, "run_job", breaks)
    assert _grade(course) == 1
    line = _lines(course)["bob"]
    assert (line["status"], line["score"]) == ("grader_fault", 5)
    assert "disk full" in line["reason"] and "earlier mark is kept" in line["reason"]
    with (course / "grading" / "grades.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows["bob"]["score"] == "5.0" and "kept" in rows["bob"]["note"]
    monkeypatch.undo()
    capsys.readouterr()
    assert _grade(course, "--only-failed") == 0
    assert "2 graded" in capsys.readouterr().out  # bob, and eve who crashed
    assert _marks(course) == ALL


def test_resume_knows_what_is_the_same_work(course, monkeypatch, capsys):
    """--resume repeats work when file, engine or gradebook changed, else nothing."""

    def graded(*more):
        capsys.readouterr()
        assert _grade(course, "--resume", *more) == 0
        return int(capsys.readouterr().out.split(" graded in")[0].split()[-1])

    assert graded() == 3
    assert graded() == 0
    monkeypatch.setattr(run, "engine", lambda: "another")
    assert graded() == 3
    _hand_in(course, "bob", tiny.hand_in())
    assert graded() == 1
    (course / "grading" / "gradebook.db").unlink()
    assert graded() == 3
    assert graded("--seed", "9") == 3


def test_what_a_crash_cut_off_does_no_harm(course, monkeypatch, capsys):
    """Half a line of the journal, or tables without their version, cost nothing."""
    import sqlite3

    assert _grade(course) == 0
    journal = course / "grading" / "records.jsonl"
    journal.write_bytes(journal.read_bytes()[:-9])  # into eve's line
    with contextlib.closing(sqlite3.connect(course / "grading/gradebook.db")) as book:
        (version,) = book.execute("SELECT version_num FROM alembic_version")
        book.execute("DROP TABLE alembic_version")
    real = run.Run.finish
    monkeypatch.setattr(run.Run, "finish", lambda self: [])  # as if killed once more
    _grade(course, "--resume")
    assert _marks(course) == ALL
    monkeypatch.setattr(run.Run, "finish", real)
    capsys.readouterr()
    assert _grade(course, "--resume") == 0
    assert "0 graded" in capsys.readouterr().out
    with contextlib.closing(sqlite3.connect(course / "grading/gradebook.db")) as book:
        assert list(book.execute("SELECT version_num FROM alembic_version")) == [
            version
        ]


def test_a_line_ends_where_the_journal_ends_it(tmp_path):
    """Unicode's other ends of lines in a name do not cut a line of the journal."""
    line = {"schema": 1, "student": "a\u2028b\x85c"}
    path = tmp_path / "records.jsonl"
    path.write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
    assert reports.read_journal(path) == [line]


def test_late_work_is_measured_from_ones_own_date(course):
    """Extensions count; nbgrader and grades.csv agree on seconds and penalty."""
    from nbgrader.api import Gradebook

    due = course / "due.csv"
    due.write_text(
        "assignment,student,due\ntiny,,2027-02-02T09:00Z\ntiny,ann,2027-02-03T09:00Z\n"
    )
    assert _grade(course, "--due", str(due), "--late", "zero") == 0
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as book:
        rows = {s: book.find_submission("tiny", s) for s in ("ann", "bob", "eve")}
        late = {s: row.total_seconds_late for s, row in rows.items()}
        assert late == {"ann": 0, "bob": 3600, "eve": 0}
        assert rows["bob"].late_submission_penalty >= rows["bob"].score
        assert not rows["ann"].late_submission_penalty
    with (course / "grading" / "grades.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows["bob"]["seconds_late"] == "3600" and rows["bob"]["penalty"] == "5.0"
    assert rows["ann"]["penalty"] == "0.0" and rows["eve"]["seconds_late"] == ""


def test_dates_that_come_later_reach_marks_that_are_there(course, capsys):
    """--resume sees a new date, an extension, a penalty; a part needs the dates too."""
    due = course / "due.csv"
    due.write_text("tiny,,2027-02-02T09:00Z\n")

    def resumed(*more):
        assert _grade(course, "--resume", "--due", str(due), *more) == 0
        return {s: (x["seconds_late"], x["penalty"]) for s, x in _lines(course).items()}

    assert _grade(course) == 0
    assert resumed() == {"ann": (3600, 0), "bob": (3600, 0), "eve": ("", 0)}
    assert resumed("--late", "zero")["bob"] == (3600, 5)
    assert "late, loses 5" in capsys.readouterr().out
    due.write_text("tiny,,2027-02-02T09:00Z\ntiny,bob,2027-02-03T09:00Z\n")
    assert resumed("--late", "zero") == {
        "ann": (3600, 6),
        "bob": (0, 0),
        "eve": ("", 0),
    }
    assert " 1 graded in" in " " + capsys.readouterr().out.split("\n\n")[-1]
    assert _grade(course, "--question", "q1", "--yes") == 2
    assert "was graded with due dates; name them again" in capsys.readouterr().err
    assert _lines(course)["ann"]["penalty"] == 6
    assert _grade(course, "--late", "zero") == 2
    assert "nothing is late without dates" in capsys.readouterr().err


def test_one_question_marked_anew_leaves_the_others_of_the_old_source(course, capsys):
    """After --question the rest is still to be done if the source was changed."""
    assert _grade(course) == 0
    notebook = tiny.notebook()
    tiny.cell(notebook, "q1-test1")["source"] = "assert affine(1.0, 2.0) >= 2"
    tiny.cell(notebook, "q2-test1")["metadata"]["nbgrader"]["points"] = 7
    notebooks.write(course / "solutions" / "tiny" / "tiny.ipynb", notebook)
    assert _grade(course, "--question", "q1", "--yes") == 0
    before = {s: x["score"] for s, x in _lines(course).items()}
    assert _grade(course, "--resume") == 0
    assert {s: x["score"] for s, x in _lines(course).items()} != before
    capsys.readouterr()
    assert _grade(course, "--resume") == 0
    assert "\n0 graded in" in capsys.readouterr().out


def test_report_counts_the_written_answers_that_wait():
    """An open question has no mean; what a person has to mark is named."""
    open_ = {"name": "w1", "score": None, "max_score": 2.0, "status": "manual"}
    none = {**open_, "score": 0.0, "status": "zero"}
    lines = [
        {
            **{"student": s, "assignment": "a", "status": "graded", "reason": ""},
            **{"score": 0.0, "max_score": 0.0, "repairs": []},
            "questions": [{**q, "reason": "", "seconds": 0.0}],
        }
        for s, q in (("ann", open_), ("bob", none))
    ]
    page = reports.report(lines)
    assert "wait to be marked by hand: 1 w1." in page
    row = page.split("<td>w1</td>")[1].split("</tr>")[0]
    assert re.findall(r"<td[^>]*>([^<]*)", row)[:4] == ["2", "", "", ""]


def test_report_says_how_to_grade_one_again(course, monkeypatch):
    """The command has every option that a mark depends on, and the submission."""
    monkeypatch.setattr(sandbox, "level", lambda: "none")
    _hand_in(course, "zoe", b"")
    (course / "due.csv").write_text("tiny,,2027-02-02T09:00Z\n")
    due = str(course / "due.csv")
    assert _grade(course, "--due", due, "--late", "zero", "--no-sandbox") == 0
    told = (course / "grading" / "report.html").read_text(encoding="utf-8")
    (command,) = re.findall(r"course grade [^<]*", told)
    for option in (f"--due {due}", "--late zero", "--no-sandbox", f"--seed {SECRET}"):
        assert option in command
    assert command.endswith("--assignment tiny --student zoe")


def test_canvas_table_is_filled_in(course, capsys):
    """Canvas's own export comes back with our marks; what fits nowhere is listed."""
    table = course / "canvas.csv"
    table.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,tiny (77),Final Score\n"
        "    Points Possible,,,,,7,(read only)\n"
        '"A, Ann",1815,u1,ann,S1,,\n"B, Bob",1791,u2,bob,S1,3,\n'
        '"Z, Zoe",9,u3,zoe,S1,,\n'
    )
    assert _grade(course, "--canvas", str(table)) == 0
    said = capsys.readouterr().out
    assert "eve: graded, but no row or column of tiny" in said
    assert "not graded" not in said
    with (course / "grading" / "canvas.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == [
        *"Student,ID,SIS User ID,SIS Login ID,Section".split(","),
        "tiny (77)",
    ]
    assert rows[1][-1] == "7"
    assert {row[0]: row[-1] for row in rows[2:]} == {"A, Ann": "6", "B, Bob": "5"}


def test_report_tells_what_to_do_next(course):
    """The page counts, names stored wrong answers and gives the next command."""
    stored = course / "tests" / "exercises" / "tiny"
    stored.mkdir(parents=True)
    (stored / "q1__no_one.py").write_text(
        "# mark 0/2: <forgets> the one\ndef affine(values, slope):\n"
        '    """Text."""\n    return slope * values  # wrong\n'
    )
    (stored / "q1__loop.py").write_text("# mark 2/2: right\n" + WRONG)
    assert _grade(course) == 0
    page = (course / "grading" / "report.html").read_text(encoding="utf-8")
    assert "mark 0/2: &lt;forgets&gt; the one" in page and "33 %" in page
    assert "mark 2/2" not in page
    assert "autograded/eve/tiny" in page and "Slowest" in page
    assert _lines(course)["bob"]["known_wrong"] == {"q1": "mark 0/2: <forgets> the one"}


def test_fingerprint_sees_through_names_and_layout():
    """Programs that differ in comments, layout and local names are one; others not."""
    one = "def f(x):\n    '''Text.'''\n    y = x + 1  # why\n    return y"
    two = "def f( value ):\n    total = (value + 1)\n    return total"
    assert reports.fingerprint(one) == reports.fingerprint(two)
    assert reports.fingerprint(one) != reports.fingerprint(two.replace("1", "2"))
    assert reports.fingerprint("def (") != reports.fingerprint("def )")


def test_any_answer_has_a_fingerprint():
    """Numbers too long to print, depth and length stop no run that looks at them."""
    odd = "x = 0x" + "f" * 9000, "x = " + "+".join("1" * 980), "1\n" * 99_000
    assert len({reports.fingerprint(text) for text in odd}) == 3


def test_commands_in_the_report_can_be_copied():
    """A student's name in a command that the report advises is one word of a shell."""
    line = {"assignment": "tiny", "student": "a; rm -rf *", "status": "unreadable"}
    page = reports._needs_eyes([line | {"reason": "cut off"}], "course grade S")
    assert "--assignment tiny --student &#x27;a; rm -rf *&#x27;" in page


def test_without_a_sandbox_nothing_is_graded_unasked(course, monkeypatch, capsys):
    """No wall: one sentence and nothing written; --no-sandbox grades and records it."""
    monkeypatch.setattr(sandbox, "level", lambda: "none")
    assert _grade(course) == 2
    assert "--no-sandbox grades nevertheless" in capsys.readouterr().err
    assert not (course / "grading").exists()
    assert _grade(course, "--no-sandbox") == 0
    assert {line["sandbox"] for line in _lines(course).values()} == {"none"}


def _class(root, size=8):
    """A class of which every fourth student is hostile; its marks."""
    tiny.source(root)
    bad = ["27_os_exit", "27_kill_self", "36_closes_files"]
    for number in range(size):
        data = tiny.hand_in()
        if number % 4 == 3:
            data = hostile.crashing()[bad[number // 4 % 3]][0]
        _hand_in(root, f"s{number:02}", data)


def _start(root, *more):
    """The pid of a run in a process of its own, made by fork: imports are dear."""
    pid = os.fork()
    if pid == 0:
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os._exit(_grade(root, *more))
        finally:
            os._exit(99)
    return pid


def _wait_for_records(root, pid, number=2):
    journal = root / "grading" / "records.jsonl"
    while not (journal.exists() and journal.read_text().count("\n") >= number):
        assert os.waitpid(pid, os.WNOHANG) == (0, 0)
        time.sleep(0.01)


@pytest.mark.parametrize("victim", ["grader", "worker", "below"])
def test_killed_run_resumes_to_the_same_marks(tmp_path, victim):
    """kill -9 of grader, worker or what is below it, then --resume: the same marks."""
    if not Path("/proc/self/task").exists():
        pytest.skip("requires Linux to find the processes of a run")
    _class(tmp_path)
    pid = _start(tmp_path, "--jobs", "2")
    _wait_for_records(tmp_path, pid)
    below = services.descendants(pid)
    workers = [p for p in below if "batch import work" in services.cmdline(p)]
    others = [p for p in below if p not in workers]
    target = {"grader": [pid], "worker": workers, "below": others}[victim]
    with contextlib.suppress(ProcessLookupError):
        os.kill(target[0], signal.SIGKILL)
    os.waitpid(pid, 0)
    assert _grade(tmp_path, "--jobs", "2", "--resume") == 0
    marks = _marks(tmp_path)
    assert len(marks) == 8
    assert all(
        mark == (("crashed", 4) if int(s[1:]) % 4 == 3 else ("graded", 6))
        for s, mark in marks.items()
    )
    until = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in below):
        assert time.monotonic() < until, "a process of the killed run is left"
        time.sleep(0.05)


# --- a cluster ----------------------------------------------------------------------


def test_cluster_gives_the_same_marks_with_a_worker_killed(tmp_path):
    """A real scheduler and two workers, one killed in mid-run: nothing is lost."""
    pytest.importorskip("distributed")
    _class(tmp_path)
    with services.cluster(tmp_path) as (address, workers):
        run_ = _start(tmp_path, "--scheduler", address)
        _wait_for_records(tmp_path, run_)
        below = services.descendants(workers[0].pid)
        for pid in reversed(below):  # one worker with all it has
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert os.waitpid(run_, 0) == (run_, 0)
    marks = _marks(tmp_path)
    assert len(marks) == 8 and sum(m == ("graded", 6) for m in marks.values()) == 6


def test_no_scheduler_is_one_sentence(course, capsys):
    """An address where nobody answers is named with what to start."""
    pytest.importorskip("distributed")
    assert _grade(course, "--scheduler", "tcp://127.0.0.1:9") == 2
    assert "no scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err


# --- PostgreSQL ---------------------------------------------------------------------


@pytest.fixture
def postgres():
    """URL of a fresh server."""
    requires("postgres")
    pytest.importorskip("psycopg")
    with services.postgres() as url:
        yield url


def test_postgres_holds_the_same_marks(course, postgres):
    """A real server gets the same marks as SQLite; a dead one is one sentence."""
    from nbgrader.api import Gradebook

    found = {}
    for name, url in [
        ("postgres", postgres),
        ("sqlite", f"sqlite:///{course / 'x' / 'gradebook.db'}"),
    ]:
        assert _grade(course, "--db", url, out="x") == 0
        with Gradebook(url) as book:
            found[name] = {
                s: [(g.name, g.score, g.needs_manual_grade) for g in sheet.grades]
                for s in ("ann", "bob", "eve")
                for sheet in book.find_submission("tiny", s).notebooks
            }
    assert {s: sorted(x) for s, x in found["postgres"].items()} == {
        s: sorted(x) for s, x in found["sqlite"].items()
    }


def test_locked_database_is_one_sentence(course, capsys):
    """A gradebook that somebody else is writing is named, and nothing is graded."""
    import sqlite3

    assert _grade(course) == 0
    path = course / "grading" / "gradebook.db"
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    assert _grade(course, "--db", f"sqlite:///{path}?timeout=0.1") == 2
    other.close()
    said = capsys.readouterr().err.strip()
    assert "database is locked" in said and "\n" not in said
    assert _marks(course) == ALL


def test_unreachable_database_is_one_sentence(course, capsys):
    """A server that is not there is named, with the remedy."""
    pytest.importorskip("psycopg")
    url = "postgresql+psycopg://course@127.0.0.1:9/postgres"
    assert _grade(course, "--db", url) == 2
    said = capsys.readouterr().err.strip()
    assert "cannot be opened" in said and "\n" not in said
