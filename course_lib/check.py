"""The self-check in a notebook: ``check("q3")`` says what is right and what is not.

The module itself is the function. ``check.start(assignment)`` in a notebook's first
cell loads the visible tests of that assignment and blocks the library modules that
the assignment asks you to write; ``check("q3")`` then runs the visible tests of one
question in your notebook's namespace, ``check()`` those of all. Nothing here decides
a mark: the marking asks the same questions with other numbers, somewhere else.

Works wherever Python does: standard library and NumPy only.
"""

import importlib.abc
import json
import sys
import textwrap
import traceback
import types
from pathlib import Path
from typing import Any, NamedTuple

_FOLDER = Path(__file__).resolve().parent / "_visible_tests"
_WIDTH = 86


class Outcome(NamedTuple):
    """What one visible test cell said: its name, whether it passed, and why not."""

    test: str
    passed: bool
    reason: str


class _Block(importlib.abc.MetaPathFinder):
    """Refuses to import what the student is asked to write."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()

    def find_spec(self, name, path=None, target=None):
        if any(name == own or name.startswith(own + ".") for own in self.names):
            raise ImportError(
                f"this assignment asks you to write it, so {name} cannot be imported "
                "in this notebook",
                name=name,
            )
        return None


_block = _Block()
_current: dict[str, Any] = {}


def assignments() -> list[str]:
    """Names of the assignments whose visible tests are installed."""
    return sorted(path.stem for path in _FOLDER.glob("*.json"))


def load(assignment: str) -> dict[str, Any]:
    """The visible tests of an assignment, as they are stored in the package.

    A private course brings its own in a file beside the notebook.
    """
    beside = Path(f"{assignment}.check.json")
    if beside.is_file():
        return json.loads(beside.read_text(encoding="utf-8"))
    if assignment not in assignments():
        known = ", ".join(assignments()) or "none"
        raise ValueError(
            f"assignment: {assignment!r} is not one of the installed ones ({known}); "
            "is your course_lib older than the notebook?"
        )
    text = (_FOLDER / f"{assignment}.json").read_text(encoding="utf-8")
    return json.loads(text)


def start(assignment: str) -> None:
    """Begin an assignment: load its visible tests, block what is to be written."""
    data = load(assignment)
    _current.clear()
    _current.update(data)
    _block.names = tuple(data["forbidden"])
    for name in list(sys.modules):
        if any(name == own or name.startswith(own + ".") for own in _block.names):
            parent, _, child = name.rpartition(".")
            if parent in sys.modules:  # a package remembers its modules, too
                vars(sys.modules[parent]).pop(child, None)
            del sys.modules[name]
    if _block not in sys.meta_path:
        sys.meta_path.insert(0, _block)


def unblock() -> None:
    """Allow every import again (for graders, whose hidden tests may need them)."""
    _block.names = ()


def run_question(question: dict[str, Any], namespace: dict[str, Any]) -> list[Outcome]:
    """Run the visible tests of one question against the names of a notebook."""
    return [_run_test(test, namespace) for test in question["tests"]]


def _run_test(test: dict[str, Any], namespace: dict[str, Any]) -> Outcome:
    """Run one test cell on a copy of the notebook's names, with a fixed ``rng``."""
    import numpy as np

    scope = dict(namespace)  # the test's own names must not litter the notebook
    scope["rng"] = np.random.default_rng(0)
    try:
        exec(compile(test["source"], f"<{test['id']}>", "exec"), scope)
    except (Exception, SystemExit) as error:
        return Outcome(test["id"], False, explain(error, namespace, test))
    return Outcome(test["id"], True, "")


def explain(
    error: BaseException,
    namespace: dict[str, Any],
    test: dict[str, Any] | None = None,
) -> str:
    """One sentence for an error, with the student's own line if it rose there."""
    text = " ".join(_text(error).split())
    frames = list(traceback.walk_tb(error.__traceback__))
    own = [(frame, line) for frame, line in frames if frame.f_globals is namespace]
    if isinstance(error, NotImplementedError) and not text:
        what = f"{own[-1][0].f_code.co_name} is " if own else ""
        return f"{what}not written yet (its cell still raises NotImplementedError)"
    if isinstance(error, AssertionError) and not own:
        return text or f"this did not hold: {_test_line(frames, test)}"
    if isinstance(error, NameError) and not own and test is not None:
        missing = error.name or text
        return f"{missing} is not defined; run the cell that defines it first"
    name = type(error).__name__
    said = f"{name}: {text}" if text else name
    if own:
        frame, line = own[-1]
        code = _line(frame, line)
        where = f"line {line} of {_cell_name(frame)}"
        return f"{said} ({where}{': ' + code if code else ''})"
    if test is not None:
        return f"{said} (in the check: {_test_line(frames, test)})"
    return said


def _text(error: BaseException) -> str:
    try:
        return str(error)[:500]
    except Exception:
        return ""


def _line(frame: types.FrameType, line: int) -> str:
    import linecache

    return linecache.getline(frame.f_code.co_filename, line).strip()


def _cell_name(frame: types.FrameType) -> str:
    name = frame.f_code.co_name
    return "your cell" if name == "<module>" else f"your cell, in {name}"


def _test_line(frames: list[Any], test: dict[str, Any] | None) -> str:
    """The line of the visible test at which it stopped."""
    lines = test["source"].splitlines() if test else []
    for frame, line in reversed(frames):
        if (
            test
            and frame.f_code.co_filename == f"<{test['id']}>"
            and line <= len(lines)
        ):
            return lines[line - 1].strip()
    return "the check itself"


def verdict(outcomes: list[Outcome]) -> tuple[bool, str]:
    """Whether a question passes, and the sentence that goes beside its name."""
    good = sum(outcome.passed for outcome in outcomes)
    if good == len(outcomes):
        checks = "the visible check" if good == 1 else f"all {good} visible checks"
        return True, f"passed {checks}"
    return False, f"not yet: {good} of {len(outcomes)} visible checks passed"


def reasons(outcomes: list[Outcome]) -> list[str]:
    """The reasons of the failed tests, each once, in order."""
    return list(dict.fromkeys(o.reason for o in outcomes if not o.passed))


def report(question: dict[str, Any], outcomes: list[Outcome]) -> str:
    """What ``check("q3")`` prints: one line, then a reason for each failed test."""
    good, sentence = verdict(outcomes)
    sign = "✓" if good else "✗"
    lines = [f"{sign} {question['name']} {sentence}"]
    for reason in reasons(outcomes):
        lines += textwrap.wrap(
            reason, _WIDTH, initial_indent="  - ", subsequent_indent="    "
        )
    return "\n".join(lines)


def _say(text: str) -> None:
    """Print, also on a console whose encoding lacks some of our signs."""
    try:
        print(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "ascii"
        plain = text.replace("✓", "+").replace("✗", "-")
        print(plain.encode(encoding, "backslashreplace").decode(encoding))


def _check(name: str | None, namespace: dict[str, Any]) -> None:
    """Say how one question stands, or all where ``name`` is None."""
    if not _current:
        _say('Run the first cell of the notebook first: it calls check.start("...").')
        return
    questions = {question["name"]: question for question in _current["questions"]}
    if name in _current["written"]:
        _say(f"{name} is read and marked by a person; there is nothing to run.")
        return
    if name is None:
        _check_all(questions, namespace)
        return
    if name not in questions:
        _say(
            f"There is no question {name!r}; the questions are {', '.join(questions)}."
        )
        return
    try:
        outcomes = run_question(questions[name], namespace)
    except KeyboardInterrupt:
        _say(f"✗ {name} was stopped while it was still running.")
        return
    _say(report(questions[name], outcomes))


def _check_all(questions: dict[str, Any], namespace: dict[str, Any]) -> None:
    """A line for every question, with the first reason where it does not pass."""
    passed = 0
    for question in questions.values():
        try:
            good, sentence = verdict(outcomes := run_question(question, namespace))
        except KeyboardInterrupt:
            _say(f"✗ {question['name']} was stopped while it was still running.")
            continue
        passed += good
        sign = "✓" if good else "✗"
        _say(f"{sign} {question['name']:4} {question['title'][:40]:40} {sentence}")
        for reason in reasons(outcomes)[:1]:
            _say(textwrap.shorten(f"       {reason}", _WIDTH, initial_indent="       "))
    _say(f"{passed} of {len(questions)} questions pass their visible checks.")


class _CallableModule(types.ModuleType):
    """Lets ``from course_lib import check`` be used as a function."""

    def __call__(self, question: str | None = None) -> None:
        """Run the visible tests of one question, or of all, and say the result."""
        _check(question, sys._getframe(1).f_globals)


sys.modules[__name__].__class__ = _CallableModule
