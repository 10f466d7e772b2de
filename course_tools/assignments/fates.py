"""What becomes of mutants: tests must kill each, or no valid input tells it apart.

A mutant is our own code with one mistake, so it needs no jail: it runs in a fork of a
warm process that holds the locked cells and the other solutions, under three seeds,
and counts as killed only if every seed kills it. A survivor that no valid input tells
from the solution is *equivalent*: it is shown to agree on random inputs and edge cases
and is listed by hash, with a reason, in ``equivalents.json``.
"""

import time
import types
import zlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from course_tools.assignments import notebooks, release
from course_tools.assignments.forks import Task, Tell, fork_map
from course_tools.assignments.mutants import Mutant, mutants
from course_tools.assignments.verify import SEEDS, Assignment
from course_tools.errors import CourseError

KILLED_AT_LEAST = 0.95
MUTANTS_PER_ASSIGNMENT, MUTANTS_PER_QUESTION = 30, 4
RANDOM_INPUTS = 1000
COMPARISON_S = 120.0
NOT_LISTED = "agrees on every input, but is not in equivalents.json"


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
) -> Task:
    """Tells v1 or v0, whether the visible tests pass, then s1 or s0 for each seed."""

    def task(tell: Tell) -> None:
        try:
            _with(names, text)
        except Exception:
            tell("v0")
            return
        tell(f"v{run_tests(assignment, names, question, None):d}")
        for seed in SEEDS:
            tell(f"s{run_tests(assignment, names, question, seed):d}")

    return task


def fates(assignment: Assignment, jobs: int = 2) -> list[Fate]:
    """Every mutant of every question and what became of it."""
    names = namespace(assignment)
    return [
        fate
        for question in assignment.questions
        for fate in _fates_of(assignment, names, question, jobs)
    ]


def _fates_of(
    assignment: Assignment, names: dict[str, Any], question: str, jobs: int
) -> list[Fate]:
    """The killed ones of a question, then the survivors."""
    begun = time.perf_counter()
    for seed in SEEDS:
        run_tests(assignment, dict(names), question, seed)
    limit = max(2.0, 10 * (time.perf_counter() - begun))
    trials = mutants(assignment.solutions[question])
    tasks = [_trial(assignment, names, question, m.source) for m in trials]
    found, survivors = [], []
    for mutant, said in zip(trials, fork_map(tasks, limit, jobs), strict=True):
        visible = "v1" not in said
        if "s1" not in said:
            found.append(Fate(question, mutant, visible, True, False, ""))
        else:
            survivors.append((mutant, visible))
    if not survivors:
        return found
    known, inputs = assignment.equivalents(), assignment.inputs()
    tasks = [_comparison(names, inputs, question, m.source) for m, _ in survivors]
    answers = fork_map(tasks, COMPARISON_S, jobs)
    for (mutant, visible), said in zip(survivors, answers, strict=True):
        same_, listed = said == ["same"], mutant.hash in known
        note = "" if same_ and listed else said[-1] if said else "no answer"
        if same_ and not listed:
            note = NOT_LISTED
        found.append(Fate(question, mutant, visible, False, same_ and listed, note))
    return found


def judge_fates(assignment: Assignment, found: Sequence[Fate]) -> list[str]:
    """What is wrong with the tests, by what became of the mutants."""
    real = [fate for fate in found if not fate.equivalent]
    return [
        *_too_weak(real, len(found)),
        *_by_question(assignment, real),
        *_wrongly_listed(assignment, found),
    ]


def _too_weak(real: Sequence[Fate], mutants: int) -> list[str]:
    """Bounds of the whole assignment."""
    wrong = []
    killed = sum(fate.killed for fate in real)
    visible = sum(fate.visible for fate in real)
    if mutants < MUTANTS_PER_ASSIGNMENT:
        wrong.append(f"{mutants} mutants, at least {MUTANTS_PER_ASSIGNMENT} wanted")
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
    return wrong


def _by_question(assignment: Assignment, real: Sequence[Fate]) -> list[str]:
    """Enough mutants of each, and hidden tests that are needed for half of them."""
    wrong, all_seen = [], []
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
    return wrong


def _wrongly_listed(assignment: Assignment, found: Sequence[Fate]) -> list[str]:
    """Survivors that agree and are not in ``equivalents.json``, and the reverse."""
    known = assignment.equivalents()
    wrong = [
        f"{fate.question} {fate.mutant.what} ({fate.mutant.hash}): {fate.note}"
        for fate in found
        if fate.note and (fate.mutant.hash in known or fate.note == NOT_LISTED)
    ]
    explained = {fate.mutant.hash for fate in found if fate.equivalent or fate.note}
    wrong += [
        f"equivalents.json lists {key} ({known[key].get('change', '?')}), "
        "which is no surviving mutant any more; remove it"
        for key in sorted(set(known) - explained)
    ]
    return wrong


# --- equivalence -------------------------------------------------------------------


def _comparison(
    names: dict[str, Any], inputs: types.ModuleType, question: str, text: str
) -> Task:
    """Tells "same", or on which input the mutant and the solution differ."""
    function = inputs.FUNCTIONS[question]

    def task(tell: Tell) -> None:
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

    return task


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
