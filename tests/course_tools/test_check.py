"""The student's self-check, in the notebook and from the command line."""

import ast
import copy
import json
import os
import subprocess
import sys

import pytest

from course_lib import check
from course_tools import cli
from course_tools.assignments import notebooks, release, self_check
from tests.support import ROOT

NAME = "ps01_hodgkin_huxley"
SOURCE = notebooks.read(notebooks.find_source(NAME))
SOLUTIONS = {
    q: notebooks.solution_source(SOURCE, q) for q in notebooks.questions(SOURCE)
}


@pytest.fixture
def student(monkeypatch):
    """A student's namespace after the first cell, with names to run cells in it."""
    meta_path = list(sys.meta_path)
    names = {"__name__": "__main__"}
    exec(next(c["source"] for c in SOURCE["cells"] if c["id"] == "setup"), names)
    yield names
    check.unblock()
    check._current.clear()
    sys.meta_path[:] = meta_path


def answer(names, source):
    """Run one cell of the student's, as a notebook would."""
    self_check._execute(source, "mine", names)


def said(capsys, names, call):
    """What a call of check printed."""
    capsys.readouterr()
    exec(call, names)
    return capsys.readouterr().out


# --- in the notebook ----------------------------------------------------------------


def test_check_says_passed(student, capsys):
    """A right answer passes, and the namespace is left as it was."""
    answer(student, SOLUTIONS["q1"])
    before = set(student)
    assert said(capsys, student, 'check("q1")') == "✓ q1 passed all 3 visible checks\n"
    assert set(student) - before <= {"__builtins__"}


def test_check_says_why_not(student, capsys):
    """A wrong answer gets the reason in the test's own words and no traceback."""
    answer(student, SOLUTIONS["q1"].replace("0.07 *", "0.7 *"))
    text = said(capsys, student, 'check("q1")')
    assert text.startswith("✗ q1 not yet: 2 of 3 visible checks passed")
    assert "alpha_h at -65 mV is 0.7 per ms, it should be 0.07" in text
    assert "Traceback" not in text and "File" not in text


def test_check_names_the_students_line(student, capsys):
    """An error in the student's code is told with the student's own line."""
    answer(student, "def gate(alpha, beta):\n    return alhpa / (alpha + beta), 1")
    text = " ".join(said(capsys, student, 'check("q2")').split())
    assert "NameError: name 'alhpa' is not defined" in text
    assert "line 2 of your cell, in gate: return alhpa / (alpha + beta), 1" in text


@pytest.mark.parametrize(
    ("cell", "call", "sentence"),
    [
        ("", 'check("q2")', "gate is not defined; run the cell that defines it first"),
        (
            "def gate(alpha, beta):\n    raise NotImplementedError()",
            'check("q2")',
            "not written yet",
        ),
        ("def gate(alpha, beta):\n    pass", 'check("q2")', "must return two values"),
        (
            "def gate(a):\n    return 1",
            'check("q2")',
            "takes 1 positional argument but 2",
        ),
        ("def gate(a, b):\n    exit()", 'check("q2")', "SystemExit"),
        ("", 'check("q77")', "There is no question 'q77'; the questions are q1, q2,"),
        ("", 'check("w1")', "w1 is read and marked by a person"),
    ],
)
def test_check_explains(student, capsys, cell, call, sentence):
    """Each way to be unfinished or mistaken gets its sentence."""
    answer(student, cell)
    assert sentence in " ".join(said(capsys, student, call).split())


def test_check_of_everything(student, capsys):
    """check() makes one line per question and counts."""
    answer(student, SOLUTIONS["q2"])
    lines = said(capsys, student, "check()").splitlines()
    assert any(line.startswith("✓ q2 ") for line in lines)
    assert lines[-1] == "1 of 9 questions pass their visible checks."


def test_check_before_start(capsys):
    """Without the first cell, check says that it has to be run."""
    check._current.clear()
    check("q1")
    assert "Run the first cell" in capsys.readouterr().out


def test_start_refuses_an_unknown_assignment():
    """An unknown assignment is refused by the argument's name, with what exists."""
    with pytest.raises(ValueError, match=r"assignment: 'ps99' .*ps01_hodgkin_huxley"):
        check.start("ps99")


def test_start_blocks_what_is_to_be_written(student):
    """The forbidden module cannot be imported, in any spelling, even a second time."""
    import course_lib

    sentence = "this assignment asks you to write it"
    for text in (
        "import course_lib.neurons.hodgkin_huxley",
        "from course_lib.neurons.hodgkin_huxley import rates",
        "from course_lib.neurons import hodgkin_huxley",
        "__import__('course_lib.neurons.hodgkin_huxley')",
    ):
        with pytest.raises(ImportError, match=sentence):
            exec(text, student)
    check.unblock()
    exec("import course_lib.neurons.hodgkin_huxley", student)
    check.start(NAME)
    with pytest.raises(ImportError, match=sentence):
        exec("from course_lib.neurons import hodgkin_huxley", student)
    assert not hasattr(course_lib.neurons, "hodgkin_huxley")


def run_python(code, *options, cwd=ROOT, **environment):
    """A fresh interpreter; returns its standard output, which must be all it says."""
    done = subprocess.run(
        [sys.executable, *options, "-c", code],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-3000:]
    return done.stdout


@pytest.mark.parametrize("name", notebooks.assignments())
def test_nothing_a_notebook_imports_depends_on_what_is_forbidden(name):
    """With the forbidden modules blocked, the notebook's every import works."""
    released = release.release(notebooks.read(notebooks.find_source(name)))
    lines = {
        ast.unparse(node)
        for cell in released["cells"]
        if cell["cell_type"] == "code"
        for node in ast.walk(ast.parse(cell["source"]))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    code = "\n".join(
        [
            f"from course_lib import check; check.start({name!r})",
            *sorted(lines),
            "import sys",
            f"forbidden = check.load({name!r})['forbidden']",
            "assert not set(forbidden) & set(sys.modules)",
        ]
    )
    run_python(code, MPLBACKEND="Agg")


def test_import_of_course_lib_and_check_is_light():
    """Neither `import course_lib` nor its check loads torch or matplotlib."""
    code = (
        f"import sys, course_lib; from course_lib import check; check.load({NAME!r}); "
        "print(sorted({'torch', 'matplotlib', 'IPython'} & set(sys.modules)))"
    )
    assert run_python(code).strip() == b"[]"


# --- where POSIX is not --------------------------------------------------------------

ELSEWHERE = """
import os, signal, sys
for module, names in ((os, ("fork", "forkpty", "posix_spawn", "setsid", "killpg")),
                      (signal, ("SIGALRM", "setitimer", "alarm"))):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in ("resource", "fcntl", "termios", "pwd", "grp"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
for name in ("resource", "fcntl", "termios", "pwd", "grp"):
    sys.modules.pop(name, None)
"""


def test_check_needs_no_posix_and_any_console():
    """Without fork, resource, fcntl and SIGALRM, on a cp1251 console and with every
    unnamed encoding an error, the notebook's check works and can print its signs."""
    code = ELSEWHERE + "\n".join(
        [
            "from course_lib import check",
            f"check.start({NAME!r})",
            "import numpy as np",
            SOLUTIONS["q2"],
            "check('q2')",
            "check('q1')",
            "check()",
        ]
    )
    out = run_python(
        code,
        *("-X", "warn_default_encoding", "-W", "error::EncodingWarning"),
        PYTHONIOENCODING="cp1251",
        PYTHONUTF8="0",
    ).decode("cp1251")
    assert "+ q2 passed all 2 visible checks" in out
    assert "rates is not defined" in out


def test_course_check_needs_no_posix_and_any_console(tmp_path):
    """`course check` as well, parent and child, with the same things taken away."""
    path = notebook(tmp_path, {"q2": SOLUTIONS["q2"]})
    code = ELSEWHERE + (
        "from course_tools.cli import main\n"
        f"raise SystemExit(0 if main(['check', {str(path)!r}]) == 1 else 'not 1')"
    )
    # the child is a fresh interpreter: take the same things away in it
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(ELSEWHERE, encoding="utf-8")
    out = run_python(
        code,
        *("-X", "warn_default_encoding", "-W", "error::EncodingWarning"),
        PYTHONIOENCODING="cp1251",
        PYTHONUTF8="0",
        PYTHONWARNDEFAULTENCODING="1",
        PYTHONPATH=str(tmp_path / "site"),
    ).decode("cp1251")
    assert "ok  q2   Where a gate settles, and how fast" in out
    assert "1 of 9 questions pass" in out


# --- from the command line -----------------------------------------------------------


def notebook(folder, answers, name=f"{NAME}.ipynb", change=None):
    """A student's notebook: the release with these answers."""
    made = copy.deepcopy(release.release(SOURCE))
    for cell in made["cells"]:
        if notebooks.role(cell) == "solution":
            cell["source"] = answers.get(notebooks.grade_id(cell), cell["source"])
    if change:
        change(made)
    notebooks.write(folder / name, made)
    return folder / name


def lines_of(path, limit=20.0):
    """The report of course check, by question."""
    _, lines = self_check.check_notebook(path, limit)
    return {line.name: line for line in lines}


def test_course_check_passes_the_solution(tmp_path, capsys):
    """The solution passes every question, and the exit code is 0."""
    path = notebook(tmp_path, SOLUTIONS)
    assert cli.main(["check", str(path)]) == 0
    assert "9 of 9 questions pass" in capsys.readouterr().out


def test_course_check_survives_every_mishap(tmp_path):
    """A loop, a dead process, a syntax error, an error and a magic cost their own
    question only, and each is told for what it is."""

    def change(made):
        made["cells"].insert(
            3,
            {
                "cell_type": "code",
                "id": "extra",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": "%matplotlib inline\n!ls\nhelper = 1\nprint('me' * 10**6)",
            },
        )

    answers = {
        **SOLUTIONS,
        "q1": SOLUTIONS["q1"].replace("V = np", "%time 1\n    V = helper * np", 1),
        "q5": "import os\nos._exit(3)",
        "q7": "def spike_times(t, V, level):\n    while True:\n        pass",
        "q8": "def threshold(fires, low, high, tolerance)\n    return 1",
        "q9": "1 / 0",
    }
    lines = lines_of(notebook(tmp_path, answers, change=change), limit=5.0)
    assert {name for name, line in lines.items() if line.passed} == {
        *("q1", "q2", "q3", "q4", "q6")
    }
    assert "the process ended here (exit code 3)" in lines["q5"].reasons[0]
    assert "still running after 5 s" in lines["q7"].reasons[0]
    assert "line 1 is not Python (expected ':')" in lines["q8"].reasons[0]
    assert "ZeroDivisionError" in lines["q9"].reasons[0]


def test_course_check_says_that_a_cell_is_gone(tmp_path):
    """A deleted answer cell is named as that, unless another cell has the answer."""

    def change(made):
        for cell in [c for c in made["cells"] if notebooks.grade_id(c) in ("q1", "q2")]:
            if notebooks.grade_id(cell) == "q1":
                made["cells"].remove(cell)
            else:  # still there, but without its metadata
                del cell["metadata"]["nbgrader"]

    lines = lines_of(notebook(tmp_path, SOLUTIONS, change=change))
    assert "the answer cell of q1 is gone" in lines["q1"].reasons[0]
    assert lines["q2"].passed


def test_course_check_uses_the_released_tests(tmp_path):
    """Locked and test cells count as released, whatever became of the copies, and a
    renamed file is still recognised."""

    def change(made):
        for cell in made["cells"]:
            if notebooks.role(cell) in ("test", "locked"):
                cell["source"] = "g_K = 1"

    path = notebook(tmp_path, {"q2": "gate = 1", "q1": SOLUTIONS["q1"]}, "mine.ipynb")
    assert not lines_of(path)["q2"].passed
    path = notebook(tmp_path, SOLUTIONS, f"{NAME} (1).ipynb", change)
    assert all(line.passed for line in lines_of(path).values())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "no such file"),
        ("", "not a readable notebook"),
        ('{"cells": [', "not a readable notebook"),
        ("[]", "has no list of cells"),
        (json.dumps({"cells": [], "metadata": {}}), "belongs to no assignment"),
    ],
)
def test_course_check_refuses_what_is_no_notebook(tmp_path, capsys, text, sentence):
    """A file that cannot be checked gets one sentence and exit code 2."""
    path = tmp_path / "homework.ipynb"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert cli.main(["check", str(path)]) == 2
    error = capsys.readouterr().err
    assert sentence in error and len(error.strip().splitlines()) == 1
