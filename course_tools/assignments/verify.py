"""The gates: proof that an assignment's tests tell right answers from wrong ones.

For each question, (1) the solution gets full marks and the released stub none, and
each stored wrong answer exactly the mark in its first line; these go through the
judge, like a student's notebook. (2) Mutants of the solution are killed. A mutant is
our own code with one mistake, so it needs no jail: it runs in a fork of a warm process
that holds the locked cells and the other solutions, under three seeds, and counts as
killed only if every seed kills it. A survivor that no valid input tells from the
solution is *equivalent*: it is shown to agree on random inputs and edge cases and is
listed by hash, with a reason, in ``equivalents.json``.
"""

import contextlib
import importlib.util
import io
import json
import os
import re
import resource
import selectors
import signal
import sys
import time
import types
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from course_tools.assignments import notebooks, release
from course_tools.assignments.mutants import Mutant, mutants
from course_tools.assignments.notebooks import Notebook
from course_tools.errors import CourseError

SEEDS: tuple[int, ...] = (11, 22, 33)
KILLED_AT_LEAST = 0.95
MUTANTS_PER_ASSIGNMENT, MUTANTS_PER_QUESTION = 30, 4
WRONG_PER_QUESTION = 4
RANDOM_INPUTS = 1000
MARK_LINE = re.compile(r"# mark (\d+(?:\.\d+)?)/(\d+(?:\.\d+)?): (.+)")


# --- one assignment as the gates see it -------------------------------------------


class Assignment:
    """A source notebook with its wrong answers, inputs and equivalents."""

    def __init__(self, name: str, course_root: Path | None = None) -> None:
        base = course_root or notebooks.root()
        self.name = name
        self.path = notebooks.find_source(name, base)
        self.folder = base / "tests" / "exercises" / name
        self.source = notebooks.read(self.path)
        self.questions = notebooks.questions(self.source)
        self.solutions = {
            q: notebooks.solution_source(self.source, q) for q in self.questions
        }

    def wrong_answers(self) -> Iterator["WrongAnswer"]:
        """The stored answers, with the mark each must get; a few are right."""
        for path in sorted(self.folder.glob("*__*.py")):
            question = path.stem.split("__")[0]
            text = path.read_text(encoding="utf-8")
            mark = MARK_LINE.match(text)
            if question not in self.questions or not mark:
                raise CourseError(
                    f"{path.name}: expected a name like q1__slug.py and a first line "
                    f"like '# mark 1/3: reason', found {text.splitlines()[:1]}"
                )
            yield WrongAnswer(question, path.stem, text, float(mark[1]), float(mark[2]))

    def equivalents(self) -> dict[str, dict[str, str]]:
        """Mutants known to be equivalent, by hash: question, change and reason."""
        path = self.folder / "equivalents.json"
        if not path.exists():
            return {}
        found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def inputs(self) -> types.ModuleType:
        """The module of input generators beside the wrong answers."""
        path = self.folder / "inputs.py"
        if not path.exists():
            raise CourseError(f"{path} is missing; survivors need generators of inputs")
        spec = importlib.util.spec_from_file_location(f"_inputs_{self.name}", path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


class WrongAnswer(NamedTuple):
    """A stored answer: its question, name, text and the mark it must get."""

    question: str
    name: str
    text: str
    mark: float
    points: float


# --- gate 1: marks, through the judge ----------------------------------------------


def seeds_of(number: int) -> tuple[int, ...]:
    """So many seeds, the usual ones first."""
    step = SEEDS[0]
    return tuple(range(step, step * (number + 1), step))


def marks(assignment: Assignment, seeds: Sequence[int] = SEEDS) -> list[str]:
    """What is wrong with the marks of solution, stubs and stored answers.

    An answer that gets another mark than its own under some seeds is named once for
    each such mark, with the seeds.
    """
    from course_tools.grading import judge

    source = judge.load_source(assignment.path)
    released = release.release(assignment.source)
    stubs = {q: notebooks.solution_source(released, q) for q in assignment.questions}
    found: list[str] = []
    wrong_under = _Odd(seeds)
    for seed in seeds:
        graded = judge.grade_answers(source, assignment.solutions, seed=seed)
        for question in graded.questions:
            if question.name in stubs and question.score != question.max_score:
                said = f"{question.name}: the solution gets {question.score:g} of "
                wrong_under.add(f"{said}{question.max_score:g}", seed, question.reason)
    found += wrong_under.lines()
    graded = judge.grade_answers(source, stubs, seed=seeds[0])
    found += [
        f"{q.name}: the released stub gets {q.score:g} of {q.max_score:g}"
        for q in graded.questions
        if q.name in stubs and q.score != 0
    ]
    count = dict.fromkeys(assignment.questions, 0)
    for stored in assignment.wrong_answers():
        count[stored.question] += stored.mark < stored.points
        answers = {**assignment.solutions, stored.question: stored.text}
        wrong_under = _Odd(seeds)
        for seed in seeds:
            graded = judge.grade_answers(
                source, answers, seed=seed, questions=[stored.question]
            )
            (question,) = (q for q in graded.questions if q.name == stored.question)
            if (question.score, question.max_score) != (stored.mark, stored.points):
                said = f"{stored.name}: gets {question.score:g}/{question.max_score:g}"
                said += f", should get {stored.mark:g}/{stored.points:g}"
                wrong_under.add(said, seed, question.reason)
        found += wrong_under.lines()
    found += [
        f"{question}: {number} wrong answers, at least {WRONG_PER_QUESTION} wanted"
        for question, number in count.items()
        if number < WRONG_PER_QUESTION
    ]
    for path in sorted(assignment.folder.glob("all__*.ipynb")):
        found += _whole_notebook(source, path, seeds)
    return found


class _Odd:
    """Wrong marks, each with the seeds that give it and one reason."""

    def __init__(self, seeds: Sequence[int]) -> None:
        self.all = len(seeds)
        self.under: dict[str, list[int]] = {}
        self.why: dict[str, str] = {}

    def add(self, said: str, seed: int, reason: str) -> None:
        """Note a wrong mark."""
        self.under.setdefault(said, []).append(seed)
        self.why.setdefault(said, reason)

    def lines(self) -> list[str]:
        """One line a mark; how often, if it depends on the seed."""
        return [
            f"{said} (seed {', '.join(map(str, seeds))}"
            + (f": {len(seeds)} of {self.all} seeds" if len(seeds) < self.all else "")
            + f"): {self.why[said]}"
            for said, seeds in self.under.items()
        ]


def _whole_notebook(source: Any, path: Path, seeds: Sequence[int]) -> list[str]:
    """A stored notebook must get the marks that its metadata name."""
    from course_tools.grading import judge

    expected = notebooks.course_metadata(notebooks.read(path)).get("expected", {})
    if not expected:
        return [f"{path.name}: its metadata have no course.expected marks"]
    wrong_under = _Odd(seeds)
    for seed in seeds:
        record = judge.grade_submission(source, path, seed=seed)
        got = {question.name: question for question in record.questions}
        for name, mark in expected.items():
            score = got[name].score if name in got else None
            if score != mark:
                said = f"{path.name}: {name} gets {score}, should get {mark}"
                wrong_under.add(said, seed, got[name].reason if name in got else "")
    return wrong_under.lines()


# --- gate 2: mutants, in forks of a warm process -----------------------------------


class Fate(NamedTuple):
    """What became of a mutant: killed by the visible tests, by all, and why not."""

    question: str
    mutant: Mutant
    visible: bool
    killed: bool
    equivalent: bool
    note: str


def namespace(assignment: Assignment) -> dict[str, Any]:
    """The locked cells and all solutions, executed in the notebook's order."""
    from course_lib import check

    names: dict[str, Any] = {"__name__": "__main__"}
    try:
        for cell in assignment.source["cells"]:
            locked = notebooks.role(cell) == "locked" and cell["cell_type"] == "code"
            if locked or notebooks.role(cell) == "solution":
                file = f"<{notebooks.grade_id(cell)}>"
                exec(compile(cell["source"], file, "exec"), names)
    except ValueError as error:
        raise CourseError(f"{error}; run 'course release' first") from None
    finally:
        check.unblock()  # hidden tests may use what the student has to write
    return names


def run_tests(
    assignment: Assignment, names: dict[str, Any], question: str, seed: int | None
) -> bool:
    """Whether all tests of a question pass; with seed None the visible parts only."""
    for cell in notebooks.tests_of(assignment.source, question):
        key = zlib.crc32(notebooks.grade_id(cell).encode())
        scope = {**names, "rng": np.random.default_rng([seed or 0, key])}
        text = (
            cell["source"] if seed is not None else release.visible_part(cell["source"])
        )
        try:
            exec(compile(text, "<test>", "exec"), scope)
        except Exception:
            return False
    return True


def _with(names: dict[str, Any], source: str) -> dict[str, Any]:
    """A fresh namespace in which one question is answered by ``source``.

    Functions look their names up in the namespace they were made in, so the answer is
    executed in place: this is called in a fork only.
    """
    exec(compile(source, "<mutant>", "exec"), names)
    return names


def _trial(
    assignment: Assignment, names: dict[str, Any], question: str, text: str
) -> Any:
    def job(tell: Callable[[str], None]) -> None:
        try:
            _with(names, text)
        except Exception:
            tell("v0")
            return
        tell(f"v{run_tests(assignment, names, question, None):d}")
        for seed in SEEDS:
            tell(f"s{run_tests(assignment, names, question, seed):d}")

    return job


def fates(assignment: Assignment, jobs: int = 2) -> list[Fate]:
    """Every mutant of every question and what became of it."""
    names = namespace(assignment)
    inputs: types.ModuleType | None = None
    known = assignment.equivalents()
    found: list[Fate] = []
    for question in assignment.questions:
        begun = time.perf_counter()
        for seed in SEEDS:
            run_tests(assignment, dict(names), question, seed)
        limit = max(2.0, 10 * (time.perf_counter() - begun))
        trials = mutants(assignment.solutions[question])
        tasks = [_trial(assignment, names, question, m.source) for m in trials]
        said = fork_map(tasks, limit, jobs)
        survivors = []
        for mutant, answer in zip(trials, said, strict=True):
            visible = "v1" not in answer
            killed = answer.count("s1") == 0
            if killed:
                found.append(Fate(question, mutant, visible, True, False, ""))
            else:
                survivors.append((mutant, visible))
        if survivors:
            inputs = inputs or assignment.inputs()
            tasks = [
                _comparison(names, inputs, question, mutant.source)
                for mutant, _ in survivors
            ]
            answers = fork_map(tasks, 120.0, jobs)
            for (mutant, visible), answer in zip(survivors, answers, strict=True):
                same = answer == ["same"]
                listed = mutant.hash in known
                note = "" if same and listed else answer[-1] if answer else "no answer"
                if same and not listed:
                    note = "agrees on every input, but is not in equivalents.json"
                found.append(
                    Fate(question, mutant, visible, False, same and listed, note)
                )
    return found


def judge_fates(assignment: Assignment, found: Sequence[Fate]) -> list[str]:
    """What is wrong with the tests, by what became of the mutants."""
    wrong: list[str] = []
    real = [fate for fate in found if not fate.equivalent]
    killed = sum(fate.killed for fate in real)
    visible = sum(fate.visible for fate in real)
    if len(found) < MUTANTS_PER_ASSIGNMENT:
        wrong.append(f"{len(found)} mutants, at least {MUTANTS_PER_ASSIGNMENT} wanted")
    if real and killed < KILLED_AT_LEAST * len(real):
        wrong.append(
            f"{killed} of {len(real)} mutants killed, {KILLED_AT_LEAST:.0%} wanted"
        )
        wrong += [
            f"{f.question} survives: {f.mutant.what}" for f in real if not f.killed
        ]
    if real and visible < len(real) / 2:
        wrong.append(
            f"the visible tests kill {visible} of {len(real)} mutants, half wanted"
        )
    all_seen = []
    for question in assignment.questions:
        mine = [fate for fate in real if fate.question == question]
        if len(mine) < MUTANTS_PER_QUESTION:
            wrong.append(
                f"{question}: {len(mine)} mutants, {MUTANTS_PER_QUESTION} wanted"
            )
        if mine and all(fate.visible for fate in mine):
            all_seen.append(question)
    if 2 * len(all_seen) > len(assignment.questions):
        wrong.append(
            "on more than half of the questions the visible tests kill everything "
            f"({', '.join(all_seen)}), so the hidden ones add nothing there"
        )
    known = assignment.equivalents()
    wrong += [
        f"{fate.question} {fate.mutant.what} ({fate.mutant.hash}): {fate.note}"
        for fate in found
        if fate.note and (fate.mutant.hash in known or "not in equiv" in fate.note)
    ]
    alive = {fate.mutant.hash for fate in found if fate.equivalent}
    wrong += [
        f"equivalents.json lists {key} ({known[key].get('change', '?')}), "
        "which is no surviving mutant any more; remove it"
        for key in sorted(set(known) - alive)
        if not any(fate.mutant.hash == key and fate.note for fate in found)
    ]
    return wrong


# --- equivalence -------------------------------------------------------------------


def _comparison(
    names: dict[str, Any], inputs: types.ModuleType, question: str, text: str
) -> Any:
    function = inputs.FUNCTIONS[question]

    def job(tell: Callable[[str], None]) -> None:
        right, other = names[function], _with(dict(names), text)[function]
        draw, edges = getattr(inputs, question), getattr(inputs, f"{question}_edges")
        for number in range(-len(list(edges())), RANDOM_INPUTS):
            pair = []
            for _ in range(2):  # callables and arrays are made anew for each side
                rng = np.random.default_rng([7, number + 1000])
                pair.append(draw(rng) if number >= 0 else list(edges())[number])
            outcomes = [_call(f, a) for f, a in zip((right, other), pair, strict=True)]
            if not same(outcomes[0], outcomes[1]):
                tell(f"differs on input {number}")
                return
            if not same(pair[0], pair[1]):
                tell(f"leaves other arguments on input {number}")
                return
        tell("same")

    return job


def _call(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    try:
        return function(*args)
    except Exception as error:
        return ("raised", type(error).__name__)


def same(a: Any, b: Any) -> bool:
    """Whether two results agree, up to rounding, in shape and value."""
    if callable(a) and callable(b):
        return same(getattr(a, "asked", None), getattr(b, "asked", None))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, str | None) or isinstance(b, str | None):
        return type(a) is type(b) and bool(a == b)
    x, y = np.asarray(a), np.asarray(b)
    if x.shape != y.shape or x.dtype.kind not in "biufc" or y.dtype.kind not in "biufc":
        return False
    return bool(np.allclose(x, y, rtol=1e-9, atol=1e-12, equal_nan=True))


# --- forks -------------------------------------------------------------------------


def fork_map(
    tasks: Sequence[Callable[[Callable[[str], None]], None]], limit: float, jobs: int
) -> list[list[str]]:
    """What each task said before it ended, failed, or ran past ``limit`` seconds."""
    said: list[list[str]] = [[] for _ in tasks]
    waiting = list(range(len(tasks)))[::-1]
    running: dict[int, tuple[int, int, float]] = {}  # pipe -> number, pid, start
    text: dict[int, bytes] = {}
    with selectors.DefaultSelector() as selector:
        while waiting or running:
            while waiting and len(running) < jobs:
                number = waiting.pop()
                pipe, pid = _fork(tasks[number])
                running[pipe] = (number, pid, time.monotonic())
                text[pipe] = b""
                selector.register(pipe, selectors.EVENT_READ)
            for key, _ in selector.select(0.05):
                chunk = os.read(key.fd, 65536)
                text[key.fd] += chunk
                if not chunk:
                    running[key.fd] = (*running[key.fd][:2], -float("inf"))
            for pipe, (number, pid, begun) in list(running.items()):
                if time.monotonic() - begun > limit:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
                    selector.unregister(pipe)
                    os.close(pipe)
                    said[number] = text.pop(pipe).decode().splitlines()
                    del running[pipe]
    return said


def _fork(task: Callable[[Callable[[str], None]], None]) -> tuple[int, int]:
    sys.stdout.flush()
    sys.stderr.flush()
    receive, send = os.pipe()
    pid = os.fork()
    if pid:
        os.close(send)
        return receive, pid
    code = 1
    try:
        os.close(receive)
        resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
        sys.stdout = sys.stderr = io.StringIO()
        warnings.simplefilter("ignore")
        np.seterr(all="ignore")

        def tell(line: str) -> None:
            os.write(send, line.encode() + b"\n")

        task(tell)
        code = 0
    except BaseException:
        pass
    finally:
        os._exit(code)


# --- which assignments -------------------------------------------------------------


def rotating_third(names: Sequence[str], turn: int) -> list[str]:
    """Every third assignment, beginning at ``turn``: three turns meet them all."""
    return [name for index, name in enumerate(names) if index % 3 == turn % 3]


def chosen(names: Sequence[str], changed: set[str], turn: int) -> list[str]:
    """The changed assignments, and a rotating third of the rest."""
    rest = [name for name in names if name not in changed]
    keep = changed | set(rotating_third(rest, turn))
    return [name for name in names if name in keep]


def verify_source(source: Notebook, name: str) -> list[str]:
    """What an author forgot in the notebook itself."""
    return [f"{name}: {problem}" for problem in release.complaints(name, source)]
