"""The judge: forged passes score nothing, good answers lose nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from course_tools.assignments import notebooks
from course_tools.grading import jail, judge, sandbox, session
from course_tools.grading.judge import (
    GraderFault,
    Limits,
    grade_answers,
    grade_submission,
    load_source,
)
from tests.course_tools.grading_fixtures import cunning, hostile, tiny
from tests.support import ROOT, requires

SHORT = Limits(cell_s=3, question_s=2, total_s=30, memory_mb=800)
CASES = {
    **hostile.good(),
    **hostile.forged(),
    **hostile.crashing(),
    **hostile.damaged(),
    **cunning.cases(),
}


def _json(handed):
    return json.dumps(handed).encode()


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return load_source(tiny.source(tmp_path_factory.mktemp("course")))


@pytest.fixture(scope="module", autouse=True)
def _close():
    yield
    session.close_all()


@pytest.mark.parametrize("name", CASES)
def test_case_gets_its_status_and_mark(source, name):
    """Each hostile, broken or unusual notebook gets the status and mark it must get."""
    if name in cunning.NEEDS_A_WALL and sandbox.level() == "none":
        pytest.skip("requires a sandbox: the answer would hit this machine")
    data, status, score = CASES[name]
    record = grade_submission(source, data, seed=5, limits=SHORT)
    assert status in (None, record.status), record.line()
    assert score in (None, record.score), record.line()


def test_solution_scores_full_and_release_zero(source):
    """The source's own answers get every point, the untouched release none."""
    assert grade_answers(source, source.solutions, seed=1).score == 6
    assert grade_answers(source, source.stubs, seed=1).score == 0


def test_hidden_test_reason_is_the_public_hint(source):
    """A failure in the hidden part shows the hint, one in the visible part its text."""
    only_examples = "def affine(x, a):\n    return np.array([3.0, 5.0])"
    changes = "def affine(x, a):\n    if np.ndim(x):\n        x += 1\n    return x"
    texts = {**source.solutions, "q1": only_examples}
    hidden = grade_answers(source, texts, seed=1).question("q1")
    assert hidden.reason == "public hint of q1-test1" and hidden.tests[0].hidden
    texts["q1"] = changes
    shown = grade_answers(source, texts, seed=1).question("q1").tests[1]
    assert shown.reason == "affine must not change its argument" and not shown.hidden


def test_visible_only_runs_no_hidden_test(source):
    """With visible_only the example-copier passes what it copied."""
    texts = {**source.solutions}
    texts["q1"] = "def affine(x, a):\n    return np.array([3.0, 5.0])"
    result = grade_answers(source, texts, seed=1, questions=["q1"], visible_only=True)
    assert result.score == 2 and len(result.questions) == 1


def test_missing_answer_fails(source):
    """A solution cell that is not there is no marks, and the others keep theirs."""
    texts = {k: v for k, v in source.solutions.items() if k != "q2"}
    result = grade_answers(source, texts, seed=1)
    assert result.status == "partial" and result.score == 4
    assert result.question("q2").status == "missing"


def test_same_seed_same_inputs(source):
    """Random inputs follow from seed and cell: a record can be replayed."""
    spy = "def affine(x, a):\n    print(x)\n    return a * np.asarray(x) + 1"
    texts = {**source.solutions, "q1": spy + "\nprint('cell')"}
    results = [grade_answers(source, texts, seed=s).printed["q1"] for s in (1, 1, 2)]
    assert results == ["cell\n"] * 3


def test_a_test_that_loops_over_answers_is_ended(source, tmp_path):
    """A loop in the judge itself ends at the question's limit."""
    notebook = tiny.notebook()
    tiny.cell(notebook, "q3-test1")["source"] = "while weights['b'] == 3:\n    pass"
    path = tmp_path / "loop.ipynb"
    notebooks.write(path, notebook)
    looping = load_source(path)
    began = time.monotonic()
    limits = Limits(question_s=2)
    result = grade_answers(looping, looping.solutions, seed=1, limits=limits)
    assert result.question("q3").status == "timeout" and result.score == 4
    assert time.monotonic() - began < 60  # generous: it must end at all


def test_a_test_cannot_fill_the_judges_memory():
    """What a student makes a test's own function allocate ends in MemoryError."""
    if not Path("/proc/self/statm").exists():
        pytest.skip("requires Linux to measure the address space")
    with judge._memory(1), pytest.raises(MemoryError):
        np.empty(1 << 28)  # 2 GB, never touched
    assert np.empty(1 << 28).size


def test_broken_source_is_a_grader_fault(tmp_path):
    """A setup cell that fails is our fault and raises; no mark follows from it."""
    notebook = tiny.notebook()
    tiny.cell(notebook, "setup")["source"] = "1 / 0"
    path = tmp_path / "broken.ipynb"
    notebooks.write(path, notebook)
    broken = load_source(path)
    with pytest.raises(GraderFault, match="setup"):
        grade_answers(broken, broken.solutions, seed=1)
    record = grade_submission(broken, path, seed=1)
    assert record.status == "grader_fault" and record.questions[0].score is None


def test_asserts_hold_under_optimised_python():
    """With Python's -O an assert of a test cell still stands."""
    code = "from course_tools.grading.judge import _compiled as c\n"
    code += "exec(c('assert False, 7', '<x>'))"
    done = subprocess.run(
        [sys.executable, "-O", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.stderr.strip().endswith("AssertionError: 7"), done.stderr


def _changed(tmp_path, change):
    """``tiny`` after a change of its notebook, loaded."""
    notebook = tiny.notebook()
    change(notebook)
    path = tmp_path / "changed.ipynb"
    notebooks.write(path, notebook)
    return load_source(path)


def test_an_answer_that_ends_our_cells_is_not_our_fault(tmp_path):
    """A locked cell that dies of an answer before it costs what needs it, no more."""

    def helper_after_the_first_answer(notebook):
        cells = notebook["cells"]
        cells.insert(3, cells.pop(1))

    late = _changed(tmp_path, helper_after_the_first_answer)
    assert grade_answers(late, late.solutions, seed=1).score == 6
    trap = (
        "import os, sys\ndef here(frame, event, arg):\n"
        "    if frame.f_code.co_filename == '<helper>':\n        os._exit(0)\n"
        "sys.settrace(here)\n"
        "def affine(x, a):\n    return a * np.asarray(x) + 1"
    )
    record = grade_submission(late, _json(tiny.hand_in(q1=trap)), seed=1, limits=SHORT)
    assert record.status == "crashed" and record.score >= 4
    assert "running helper: the process ended itself" in record.reason


def test_names_of_ours_cannot_be_bent(tmp_path):
    """An array of the setup cell that a test passes is the same for the next run."""

    def shared(notebook):
        tiny.cell(notebook, "setup")["source"] += "\nBASE = np.array([1.0, 2.0])"
        test = "assert np.allclose(affine(BASE, 2.0), 2 * BASE + 1)"
        tiny.cell(notebook, "q1-test1")["source"] = test
        tiny.cell(notebook, "q1-test2")["source"] = test.replace("affine(", "-affine(")

    bent = "def affine(x, a):\n    x[...] = -1 / a\n    return np.zeros_like(x)"
    source = _changed(tmp_path, shared)
    result = grade_answers(source, {**source.solutions, "q1": bent}, seed=1)
    assert result.question("q1").score == 0


def test_what_a_tests_function_cannot_return_is_not_our_fault(tmp_path):
    """An argument that makes a callable of the test return no data is the answer's."""

    def grows(notebook):
        test = "assert root(lambda x: 2 * x, 0.0, 1.0) == 0"
        tiny.cell(notebook, "q2-test1")["source"] = test

    source = _changed(tmp_path, grows)
    big = "def root(f, low, high):\n    return f(1 << 65535)"
    result = grade_answers(source, {**source.solutions, "q2": big}, seed=1)
    outcome = result.question("q2").tests[0]
    assert outcome.status == "failed" and "too many digits" in outcome.reason


def test_no_process_is_started_when_time_is_over(source, monkeypatch):
    """Cells that end their process one after the other cannot go on for ever."""
    monkeypatch.setattr(judge._Run, "_fork", None)
    result = grade_answers(source, source.solutions, seed=1, limits=Limits(total_s=0))
    assert result.status == "timeout" and result.score == 0


def test_a_notebook_that_takes_for_ever_to_read_is_unreadable(source, monkeypatch):
    """Hundreds of cells that resemble the lost ones end the search, not the run."""
    handed = tiny.hand_in()
    letters = tiny.cell(handed, "q2-test1")["source"][::-1]
    handed["cells"] = handed["cells"][:1]
    for number in range(1000):
        cell = {"cell_type": "code", "id": f"c{number}", "metadata": {}}
        handed["cells"].append(cell | {"source": letters + f"#{number}"})
    monkeypatch.setattr(judge, "READ_S", 0.2)
    record = grade_submission(source, _json(handed), seed=1)
    assert record.status == "unreadable" and "too long to read" in record.reason


def test_modules_of_tests_are_loaded_before_any_alarm(source, monkeypatch):
    """What a hidden test imports is loaded before a slow answer could cut it short."""
    assert source.test_imports == ("pytest",)
    loaded = []
    monkeypatch.setattr(judge, "_load", loaded.append)
    grade_answers(source, source.solutions, seed=1, questions=["q3"])
    assert loaded == [("pytest",)]


def test_an_answer_that_waits_for_a_processor_is_tried_again(source, monkeypatch):
    """Time runs out while others have the processors: once more, with more time."""
    reap, starved = session.Warm.reap, [True]
    slow = "import time\ndef affine(x, a):\n    time.sleep(0.05)\n"
    slow += "    return a * np.asarray(x) + 1"
    texts = {**source.solutions, "q1": slow}
    monkeypatch.setattr(
        session.Warm,
        "reap",
        lambda zygote, kill: replace(reap(zygote, kill), starved=starved[0]),
    )
    limits = Limits(question_s=0.6)
    assert grade_answers(source, texts, seed=1, limits=limits).score == 6
    starved[0] = False
    result = grade_answers(source, texts, seed=1, limits=limits)
    assert result.status == "timeout" and result.question("q1").score == 0


def test_starved_is_who_waits_longer_than_he_runs(monkeypatch):
    """The kernel's count of the time on and before a processor decides."""
    for had, waited, verdict in ((1, 9, True), (9, 1, False), (0, 0.2, False)):
        text = f"{int(had * 1e9)} {int(waited * 1e9)} 7\n"
        monkeypatch.setattr(Path, "read_text", lambda path, text=text: text)
        assert jail.starved(1) is verdict


def test_dead_zygote_is_replaced(source):
    """A killed warm process costs nobody a mark."""
    grade_answers(source, source.solutions, seed=1)
    zygote = session.warm(source.imports, source.forbidden)
    os.kill(zygote.process.pid, signal.SIGKILL)
    zygote.process.wait()
    assert grade_answers(source, source.solutions, seed=1).score == 6


def test_killed_from_outside_costs_no_mark(source, monkeypatch):
    """An answer whose process somebody else kills is run once more; a second is it."""
    real, kills = session.Student.call, []

    def call(student, *arguments):
        if len(kills) < most:
            kills.append(student.zygote.process.pid)
            os.kill(kills[-1], signal.SIGKILL)
            student.sock.recv(1, socket.MSG_PEEK)  # until its end has arrived
        return real(student, *arguments)

    monkeypatch.setattr(session.Student, "call", call)
    most = 1
    assert grade_answers(source, source.solutions, seed=1).score == 6
    most = 3
    result = grade_answers(source, source.solutions, seed=1)
    assert result.score == 5 and len(kills) == 3


def _descendants(pid):
    """Number of processes below one."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    below = [int(word) for word in path.read_text().split()]
    return len(below) + sum(map(_descendants, below))


@pytest.fixture(params=["bubblewrap", "landlock", "none"])
def wall(request, monkeypatch):
    """Every level of isolation, one after the other."""
    if request.param == "bubblewrap":
        requires("bwrap")
    elif request.param == "landlock" and not sandbox._stands("landlock", []):
        pytest.skip("requires Landlock: this kernel has none")
    monkeypatch.setattr(sandbox, "level", lambda: request.param)
    session.close_all()
    yield request.param
    session.close_all()


def test_stray_processes_are_ended(source, wall):
    """A daemon that an answer leaves behind is gone when its mark is there."""
    daemon = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    try:\n        os.setsid()\n    except OSError:\n        pass\n"
        "    if os.fork() == 0:\n"
        "        open('started', 'w').close()\n"
        "        time.sleep(60)\n"
        "    os._exit(0)\n"
        "while not os.path.exists('started'):\n"
        "    time.sleep(0.005)\n"
    )
    if not Path("/proc/self/task").exists():
        pytest.skip("requires Linux to adopt strays")
    assert grade_answers(source, source.solutions, seed=1).score == 6
    zygote = session.warm(source.imports, source.forbidden)
    before = _descendants(zygote.process.pid)
    texts = {**source.solutions, "q1": daemon + source.solutions["q1"]}
    assert grade_answers(source, texts, seed=1).score == 6
    assert zygote.alive and _descendants(zygote.process.pid) == before


@pytest.mark.parametrize("case", ["plain", "27_os_exit", "29_loop", "32_memory"])
def test_marks_do_not_depend_on_the_wall(source, wall, case):
    """With and without bubblewrap the same work gets the same mark."""
    data, status, score = CASES[case]
    limits = SHORT if case == "29_loop" else replace(SHORT, question_s=20)
    record = grade_submission(source, data, seed=5, limits=limits)
    assert (record.status, record.score) == (status, score)
    assert record.line()["sandbox"] == wall


ESCAPES = """import ctypes, os, resource, socket
libc = ctypes.CDLL(None, use_errno=True)
worked = []


def attempt(name, act):
    try:
        result = act()
    except Exception:
        return
    if result is not False and not (type(result) is int and result <= 0):
        worked.append(name)


def large_files():
    for number in range(8):
        with open(str(number), "wb") as file:
            file.write(bytes(16 << 20))


def gift():
    import course_lib

    return bool(open(os.path.dirname(course_lib.__file__) + "/neurons/__init__.py"))


def write(path):
    return open(path, "a").close()


attempt("course", lambda: bool(open(COURSE)))
attempt("repository", lambda: os.listdir(TESTS))
attempt("accounts", lambda: bool(open("/etc/passwd")))
attempt("gift", gift)
attempt("processes", lambda: os.listdir("/proc/1"))
attempt("system", lambda: write("/usr/x"))
attempt("root", lambda: write("/x"))
attempt("library", lambda: write(os.__file__))
attempt("device", lambda: write("/dev/x"))
attempt("socket", lambda: bool(socket.socket()))
attempt("namespace", lambda: libc.unshare(0x10000000) == 0)
attempt("mount", lambda: libc.mount(b"tmpfs", b"/usr", b"tmpfs", 0, None) == 0)
attempt("trace", lambda: libc.ptrace(16, os.getppid(), 0, 0) == 0)
attempt("memfd", lambda: libc.memfd_create(b"x", 0))
attempt("shared memory", lambda: libc.shmget(7, 1 << 20, 0o1600))
attempt("gained a user", lambda: os.setuid(1))
attempt("signal", lambda: os.getppid() and os.kill(os.getppid(), 19))
attempt("large file", lambda: bool(open("big", "wb").write(bytes(40 << 20))))
attempt("note", lambda: open(os.environ["HOME"] + "/../note"))
attempt("note here", lambda: open("note"))
attempt("note in memory", lambda: open("/dev/shm/note"))
attempt("leave", lambda: open("note", "w").close() or False)
attempt("leave in memory", lambda: open("/dev/shm/note", "w").close() or False)
attempt("large files", large_files)
print("worked:", worked)
"""
FORKS = """
import os, time
for _ in range(200):
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
time.sleep(1)
"""


def test_walls_hold(source, wall):
    """No course, network, process, mount, gift or note gets through a wall."""
    if wall == "none":
        pytest.skip("without a wall nothing is promised")
    names = f"COURSE = {str(source.path)!r}\nTESTS = {str(ROOT / 'tests')!r}\n"
    texts = {**source.solutions, "q1": names + ESCAPES + source.solutions["q1"]}
    for _ in range(2):  # the second student finds nothing of the first
        printed = grade_answers(source, texts, seed=1).printed["q1"]
        zygote = session.warm(source.imports, source.forbidden)
        worked = printed.partition("worked: ")[2]
        if wall == "landlock":  # what sandbox.MISSING says
            assert worked == "['large files']\n"
        else:
            assert worked == "[]\n"
        assert zygote.alive


def test_processes_are_counted(source, wall):
    """Two hundred processes are too many; the other questions keep their marks."""
    if not Path("/proc/self/statm").exists():
        pytest.skip("requires Linux to count processes")
    texts = {**source.solutions, "q1": FORKS + source.solutions["q1"]}
    result = grade_answers(source, texts, seed=1)
    assert result.score == 4
    assert not _descendants(os.getpid()) > 8


def test_processes_together_may_not_fill_the_memory(source, wall):
    """Several processes that keep each within its limit are ended for their sum."""
    if not Path("/proc/self/statm").exists():
        pytest.skip("requires Linux to weigh processes")
    hog = (
        "import os, time\n"
        "for _ in range(4):\n"
        "    if os.fork() == 0:\n"
        "        keep = bytearray(os.urandom(1)) * (100 << 20)\n"
        "        time.sleep(60)\n"
        "time.sleep(60)\n"
    )
    limits = Limits(cell_s=20, total_s=30, memory_mb=150)
    texts = {**source.solutions, "q1": hog + source.solutions["q1"]}
    result = grade_answers(source, texts, seed=1, limits=limits)
    assert result.question("q1").status == "memory" and result.score == 4


def test_nothing_of_the_grader_is_in_the_student_process(source):
    """No test, hint, seed or path of the course is in environment or modules."""
    look = (
        "import os, sys\n"
        "print(sorted(os.environ), [m for m in sys.modules if 'judge' in m])\n"
    )
    texts = {**source.solutions, "q1": look + source.solutions["q1"]}
    printed = grade_answers(source, texts, seed=77_777).printed["q1"]
    assert "[]" in printed
    for secret in (tiny.CANARY, "77777", str(source.path.parent), "SECRET", "hint"):
        assert secret not in printed


TORCH = """import torch
### BEGIN SOLUTION
def double_(t):
    t *= 2
    return t.sum()
### END SOLUTION"""
TORCH_TEST = """import torch
t = torch.arange(3.0)
total = double_(t)
torch.testing.assert_close(total, torch.tensor(6.0))
torch.testing.assert_close(t, torch.tensor([0.0, 2.0, 4.0]))"""


def test_torch_idioms_work_through_proxies(tmp_path):
    """torch.testing and an in-place change of a tensor work; in_place is declared."""
    pytest.importorskip("torch")
    notebook = tiny.notebook()
    tiny.cell(notebook, "q3")["source"] = TORCH
    test = tiny.cell(notebook, "q3-test1")
    test["source"] = TORCH_TEST
    path = tmp_path / "torch.ipynb"
    notebooks.write(path, notebook)
    source = load_source(path)
    result = grade_answers(source, source.solutions, seed=1, questions=["q3"])
    assert result.score == 0  # it passes only by changing its argument
    test["metadata"]["course"]["in_place"] = True
    notebooks.write(path, notebook)
    source = load_source(path)
    result = grade_answers(source, source.solutions, seed=1, questions=["q3"])
    assert result.score == 2, result.question("q3").tests
