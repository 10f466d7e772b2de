"""The gates: proof that an assignment's tests tell right answers from wrong ones.

For each question the solution gets full marks, the released stub and an answer of
arrays without elements (`hollow`) none, and each stored wrong answer exactly the mark
in its first line (`marks`); these go through the judge, like a student's notebook.
Mutants of the solution are killed (`fates`).
"""

import importlib.util
import json
import re
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from course_tools.assignments import notebooks, release
from course_tools.assignments.hollow import hollow
from course_tools.assignments.notebooks import Notebook
from course_tools.errors import CourseError
from course_tools.grading.judge import grade_answers, grade_submission
from course_tools.grading.sources import Source, load_source

SEEDS: tuple[int, ...] = (11, 22, 33)
WRONG_PER_QUESTION = 4
MARK_LINE = re.compile(r"# mark (\d+(?:\.\d+)?)/(\d+(?:\.\d+)?): (.+)")


# --- one assignment as the gates see it -------------------------------------------


class Assignment:
    """A source notebook with its wrong answers, inputs and equivalents."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = notebooks.find_source(name)
        self.folder = notebooks.root() / "tests" / "exercises" / name
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


# --- marks, through the judge --------------------------------------------------


def seeds_of(number: int) -> tuple[int, ...]:
    """So many seeds, the usual ones first."""
    step = SEEDS[0]
    return tuple(range(step, step * (number + 1), step))


def marks(assignment: Assignment, seeds: Sequence[int] = SEEDS) -> list[str]:
    """What is wrong with the marks of solution, stubs and stored answers.

    An answer that gets another mark than its own under some seeds is named once for
    each such mark, with the seeds.
    """
    source = load_source(assignment.path)
    found = _solution_and_stubs(assignment, source, seeds)
    count = dict.fromkeys(assignment.questions, 0)
    for stored in assignment.wrong_answers():
        count[stored.question] += stored.mark < stored.points
        found += _stored_answer(assignment, source, stored, seeds)
    found += [
        f"{question}: {number} wrong answers, at least {WRONG_PER_QUESTION} wanted: "
        f"files {question}__<slug>.py in {assignment.folder}"
        for question, number in count.items()
        if number < WRONG_PER_QUESTION
    ]
    for path in sorted(assignment.folder.glob("all__*.ipynb")):
        found += _whole_notebook(source, path, seeds)
    return found


def _solution_and_stubs(
    assignment: Assignment, source: Source, seeds: Sequence[int]
) -> list[str]:
    """The solution must get all points under every seed; nothing must get none."""
    released = release.release(assignment.source)
    stubs = {q: notebooks.solution_source(released, q) for q in assignment.questions}
    odd = _Odd(seeds)
    for seed in seeds:
        graded = grade_answers(source, assignment.solutions, seed=seed)
        for question in graded.questions:
            if question.name in stubs and question.score != question.max_score:
                said = f"{question.name}: the solution gets {question.score:g} of "
                odd.add(f"{said}{question.max_score:g}", seed, question.for_author)
    found = odd.lines()
    for what, answers in (
        ("the released stub", stubs),
        ("an answer of arrays without elements", hollow(assignment.solutions)),
    ):
        graded = grade_answers(source, answers, seed=seeds[0])
        found += [
            f"{q.name}: {what} gets {q.score:g} of {q.max_score:g}"
            for q in graded.questions
            if q.name in stubs and q.score != 0
        ]
    return found


def _stored_answer(
    assignment: Assignment,
    source: Source,
    stored: WrongAnswer,
    seeds: Sequence[int],
) -> list[str]:
    """A stored answer must get the mark of its first line under every seed."""
    answers = {**assignment.solutions, stored.question: stored.text}
    odd = _Odd(seeds)
    for seed in seeds:
        graded = grade_answers(source, answers, seed=seed, questions=[stored.question])
        (question,) = (q for q in graded.questions if q.name == stored.question)
        if (question.score, question.max_score) != (stored.mark, stored.points):
            said = f"{stored.name}: gets {question.score:g}/{question.max_score:g}"
            said += f", should get {stored.mark:g}/{stored.points:g}"
            odd.add(said, seed, question.for_author)
    return odd.lines()


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

    def _which(self, seeds: Sequence[int]) -> str:
        if len(seeds) == self.all:
            return "under every seed"
        return f"seed {', '.join(map(str, seeds))}: {len(seeds)} of {self.all} seeds"

    def lines(self) -> list[str]:
        """One line a mark; how often, if it depends on the seed."""
        return [
            f"{said} (" + self._which(seeds) + f"): {self.why[said]}"
            for said, seeds in self.under.items()
        ]


def _whole_notebook(source: Source, path: Path, seeds: Sequence[int]) -> list[str]:
    """A stored notebook must get the marks that its metadata name."""
    expected = notebooks.course_metadata(notebooks.read(path)).get("expected", {})
    if not expected:
        return [f"{path.name}: its metadata have no course.expected marks"]
    odd = _Odd(seeds)
    for seed in seeds:
        record = grade_submission(source, path, seed=seed)
        got = {question.name: question for question in record.questions}
        for name, mark in expected.items():
            score = got[name].score if name in got else None
            if score != mark:
                said = f"{path.name}: {name} gets {score}, should get {mark}"
                odd.add(said, seed, got[name].reason if name in got else "")
    return odd.lines()


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
