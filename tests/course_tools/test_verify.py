"""The gates: they pass what is good and name what is weak."""

import time

import numpy as np
import pytest

from course_lib import check
from course_tools import cli
from course_tools.assignments import fates, mutants, notebooks, template, verify
from course_tools.assignments.forks import fork_map
from course_tools.assignments.hollow import hollow
from course_tools.errors import CourseError

NAME = "ps99_new"


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A course folder with a new assignment from the template."""
    data = tmp_path / "course_lib" / "_visible_tests"
    monkeypatch.setattr(check, "_FOLDER", data)
    monkeypatch.setattr(notebooks, "root", lambda: tmp_path)
    template.create(NAME)
    yield tmp_path
    check.unblock()
    check._current.clear()


def change(course, cell, old, new):
    """Replace text in one cell of the new assignment's source."""
    path = notebooks.find_source(NAME, course)
    notebook = notebooks.read(path)
    for found in notebook["cells"]:
        if found["id"] == cell:
            assert old in found["source"]
            found["source"] = found["source"].replace(old, new)
    notebooks.write(path, notebook)


# --- the gates on a whole assignment -----------------------------------------------


@pytest.mark.slow
def test_new_assignment_passes_every_gate(fresh, monkeypatch, capsys):
    """The template as it stands is released, and passes verify from end to end."""
    assert cli.main(["release", "--check"]) == 0
    assert cli.main(["verify"]) == 0
    said = capsys.readouterr().out
    assert "5 wrong answers; 28 of 28 mutants killed" in said
    assert (fresh / "grading" / "verify.json").is_file()


def test_marks_gate_sees_a_wrong_solution(fresh):
    """A solution that does not get full marks is named, with the judge's reason."""
    change(fresh, "q1", "1000 / interval", "1 / interval")
    problems = verify.marks(verify.Assignment(NAME), seeds=(1,))
    assert any(p.startswith("q1: the solution gets 2 of 3") for p in problems)


def test_verify_says_in_one_sentence_that_the_setup_fails(fresh, capsys):
    """Tests that cannot run at all are no traceback, and nothing else is claimed."""
    change(fresh, "setup", "import numpy as np", "import nothing_of_this_name")
    assert cli.main(["verify", "--assignment", NAME]) == 2
    said = capsys.readouterr()
    assert f"the tests of {NAME} cannot run: the cell setup fails" in said.err
    assert "solution full" not in said.out


def test_marks_gate_sees_a_test_that_takes_arrays_without_elements(fresh):
    """np.allclose of no elements is true; a test that gives it a mark is named."""
    assert not verify.marks(verify.Assignment(NAME), seeds=(1,))
    change(fresh, "q1-test1", "float(result[0])", "result[0]")
    close = "np.allclose(interval, 6.931472)"
    change(fresh, "q1-test1", "abs(interval - 6.931472) < 1e-5", close)
    old, new = "np.isclose(value, expected, ", "np.allclose(value, expected, "
    change(fresh, "q1-test1", old, new)
    problems = verify.marks(verify.Assignment(NAME), seeds=(1,))
    assert problems == ["q1: an answer of arrays without elements gets 1 of 3"]


def test_hollow_functions_still_call_each_other_as_they_were():
    """Only what a test sees is emptied, not what a function asks of another."""
    names = {}
    solutions = {
        "q1": "def half(x, *, by=2):\n    return x / by",
        "q2": "def both(x):\n    return {'a': (half(x), [half(x, by=4)])}\nk = 3",
    }
    for text in hollow(solutions).values():
        exec(text, names)
    [[first, [second]]] = names["both"](np.ones((2, 3))).values()
    assert first.shape == second.shape == (0, 2, 3)
    assert names["half"](1.0).shape == names["k"].shape == (0,)


def test_marks_gate_sees_a_wrong_mark(fresh):
    """A stored wrong answer that gets another mark than its own is named."""
    path = fresh / "tests" / "exercises" / NAME / "q1__no_pause.py"
    text = path.read_text(encoding="utf-8").replace("# mark 1/3", "# mark 2/3")
    path.write_text(text, encoding="utf-8")
    problems = verify.marks(verify.Assignment(NAME), seeds=(1,))
    assert [p.split(" (")[0] for p in problems] == [
        "q1__no_pause: gets 1/3, should get 2/3"
    ]


def test_marks_gate_names_the_seeds_that_move_a_mark(fresh, capsys):
    """A test that draws too little is found: answer, mark and seeds are named."""
    change(fresh, "q1-test1", "for _ in range(20):", "for _ in range(rng.integers(2)):")
    seeds = verify.seeds_of(5)
    assert seeds[:3] == verify.SEEDS and len(seeds) == 5
    problems = verify.marks(verify.Assignment(NAME), seeds=seeds)
    assert any("gets 1/3, should get" in p and "of 5 seeds)" in p for p in problems)
    assert cli.main(["verify", "--assignment", NAME, "--seeds", "0"]) == 2
    assert "--seeds must be at least 1" in capsys.readouterr().err


def test_marks_gate_counts_wrong_answers_and_reads_their_first_line(fresh):
    """Fewer than four wrong answers, or one without its mark, is refused."""
    folder = fresh / "tests" / "exercises" / NAME
    for path in sorted(folder.glob("q1__*.py"))[:2]:
        path.unlink()
    problems = verify.marks(verify.Assignment(NAME), seeds=(1,))
    (problem,) = problems
    assert problem.startswith("q1: 3 wrong answers, at least 4 wanted: files q1__")
    (folder / "q1__x.py").write_text("no mark", encoding="utf-8")
    with pytest.raises(
        CourseError, match=r"q1__x\.py: expected .* '# mark 1/3: reason'"
    ):
        list(verify.Assignment(NAME).wrong_answers())


def test_mutant_gate_sees_weak_tests(fresh):
    """With the hidden tests gutted the gate fails and lists the survivors."""
    for number, keep in (
        (1, "for _ in range(20):"),
        (3, "V = rng.uniform(-10, 40, (3, 4))"),
    ):
        path = notebooks.find_source(NAME)
        notebook = notebooks.read(path)
        for cell in notebook["cells"]:
            if cell["id"] == f"q1-test{number}":
                head, tail = cell["source"].split(keep)
                cell["source"] = head + tail[tail.index("### END") :]
        notebooks.write(path, notebook)
    assignment = verify.Assignment(NAME)
    problems = fates.judge_fates(assignment, fates.fates(assignment))
    assert any("mutants killed, 95% wanted" in problem for problem in problems)
    assert any("survives: line 9: number 1000" in problem for problem in problems)


def fate(question, number, visible=True, killed=True, equivalent=False, note=""):
    """A fate for the arithmetic of the gate."""
    mutant = mutants.Mutant(f"line {number}: change", "", f"{question}{number}")
    return fates.Fate(question, mutant, visible, killed, equivalent, note)


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ([fate("q1", n, visible=n > 0) for n in range(29)], "29 mutants, at least 30"),
        (
            [fate("q1", n, visible=n > 20) for n in range(40)],
            "visible tests kill 19 of 40",
        ),
        ([fate("q1", n) for n in range(40)], "the visible tests kill everything"),
        (
            [fate("q1", n, killed=n > 2, visible=n > 2) for n in range(40)],
            "37 of 40 mutants killed, 95% wanted",
        ),
        (
            [fate("q1", n, visible=n > 0) for n in range(40)]
            + [fate("q1", 99, False, False, False, fates.NOT_LISTED)],
            "q1 line 99: change (q199): agrees",
        ),
    ],
)
def test_mutant_gate_arithmetic(fresh, found, problem):
    """Each bound of the gate speaks up just beyond it."""
    problems = fates.judge_fates(verify.Assignment(NAME), found)
    assert any(problem in text for text in problems)


def test_mutant_gate_refuses_a_stale_equivalent(fresh):
    """A listed equivalent that is killed, or gone, has to leave the list."""
    found = [fate("q1", n, visible=n > 0) for n in range(40)]
    problems = fates.judge_fates(verify.Assignment(NAME), found)
    assert sum("no surviving mutant any more" in text for text in problems) == 5


# --- mutants -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "mutant"),
    [
        ("def f(a, b):\n    return a - b", "    return b - a"),
        ("def f(a, b):\n    return a - b", "    return a + b"),
        ("def f(a, b):\n    return a - b", "    return a + 0"),
        ("def f(a, b):\n    return a - b", "    return b - b"),
        ("def f(a):\n    return -a", "    return +a"),
        ("def f(a):\n    return a[:-1]", "    return a[:-2]"),
        ("def f(a):\n    return a <= 0.5", "    return a < 0.5"),
        ("def f(a):\n    return a <= 0.5", "    return a >= 0.5"),
        ("def f(a):\n    return a <= 0.5", "    return a <= 0.55"),
        ("def f(a):\n    return g(a, 2)", "    return g(2, a)"),
        ("def f(a):\n    return a, 1", "    return (1, a)"),
        ("def f(a):\n    return a and not g(a)", "    return a or not g(a)"),
        ("def f(a):\n    return not a", "    return not not a"),
        ("def f(a):\n    if a:\n        raise E\n", "    if False:"),
        ("def f(a):\n    a += 1\n    return a", "    pass"),
        ("def f(a):\n    return np.maximum(a, 0)", "    return np.minimum(a, 0)"),
        ("def f(a, x=True):\n    return a", "def f(a, x=False):"),
    ],
)
def test_mutants_make_the_mistakes_of_students(source, mutant):
    """Each operator makes its mistake, in a text that is Python again."""
    made = mutants.mutants(source)
    assert any(mutant in m.source.splitlines() for m in made)
    for m in made:
        compile(m.source, "<mutant>", "exec")


def test_mutants_are_all_different_and_named():
    """No mutant equals the solution or another; the same text gives the same hash."""
    source = "def f(a, b):\n    '''doc 1'''\n    return a * (b + 1) - a / 2.0"
    made = mutants.mutants(source)
    assert len({m.source for m in made}) == len({m.hash for m in made}) == len(made)
    assert all("doc 1" in m.source for m in made)
    assert mutants.mutants(source) == made


# --- parts -------------------------------------------------------------------------


def test_fork_map_survives_loops_and_deaths():
    """A task that hangs, dies or fails costs only itself; what it said is kept."""

    def says(tell):
        tell("one")
        tell("two")

    def hangs(tell):
        tell("began")
        time.sleep(60)

    def dies(tell):
        tell("began")
        raise SystemExit(3)

    said = fork_map([says, hangs, dies, says], limit=0.5, jobs=2)
    assert said == [["one", "two"], ["began"], ["began"], ["one", "two"]]


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (1.0, np.float64(1.0), True),
        (1.0, 1.0 + 1e-15, True),
        (1.0, 1.0 + 1e-6, False),
        (np.zeros(3), np.zeros((3, 1)), False),
        ((1, np.array([np.nan])), (1, np.array([np.nan])), True),
        ((1, 2), (1, 2, 3), False),
        ({"a": True}, {"a": False}, False),
        (None, 0, False),
        ("raised", "raised", True),
        (np.array(["a"]), np.array(["a"]), False),
    ],
)
def test_same_compares_values_and_shapes(a, b, equal):
    """Results agree up to rounding, in shape, length, keys and kind."""
    assert fates.same(a, b) is equal


def test_three_turns_meet_every_assignment():
    """The rotating third reaches everything in three turns, and changed ones always."""
    names = [f"ps{n:02d}" for n in range(11)]
    turns = [set(verify.chosen(names, {"ps05"}, turn)) for turn in (7, 8, 9)]
    assert set.union(*turns) == set(names)
    assert all("ps05" in turn for turn in turns)
    assert max(map(len, turns)) <= 5


@pytest.mark.parametrize("name", notebooks.assignments())
def test_every_assignment_has_inputs_for_every_question(name):
    """Each question has a generator of valid inputs and listed edge cases."""
    assignment = verify.Assignment(name)
    inputs = assignment.inputs()
    for question in assignment.questions:
        assert question in inputs.FUNCTIONS
        assert list(getattr(inputs, f"{question}_edges")())
        assert isinstance(getattr(inputs, question)(np.random.default_rng(0)), tuple)
