"""The verdict: the unchanged test cells run here, against proxies of the answers.

The judge holds tests, expected values, points and the seed; it never runs a line of
the student's. Names that solution cells bind are, in a test cell, proxies of the
student's functions or plain values that were copied over. A test cell passes if it
runs to its end with the student process alive; anything else is no marks for that
cell. What was printed, shown or warned has no part in it.

Entry points: ``load_source``, ``grade_answers``, ``grade_submission``.
"""

import ast
import contextlib
import dataclasses
import functools
import hashlib
import importlib
import io
import signal
import threading
import time
import types
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from course_tools.grading import sandbox, session, sources
from course_tools.grading.session import GraderFault, NotPlain, Stop, Student
from course_tools.grading.sources import Cell, Source, load_source
from course_tools.grading.submission import Submission, contents, normalise

__all__ = [
    "GraderFault",
    "Limits",
    "QuestionResult",
    "Record",
    "Result",
    "TestOutcome",
    "grade_answers",
    "grade_submission",
    "load_source",
]

SCHEMA = 1
# The status of a record is the first of these that applies.
STATUSES = tuple(
    "grader_fault unreadable missing suspicious memory crashed timeout "
    "partial repaired graded".split()
)
_STOPS = ("suspicious", "memory", "crashed", "timeout")
PATIENCE = 3  # times a question's limit for an answer that had to wait for a processor
READ_S = 30.0  # for a notebook that somebody may have made to be read for hours


@dataclass(frozen=True)
class Limits:
    """What one submission may use; seconds are wall clock, which the judge owns."""

    cell_s: float = 10.0  # running one solution cell
    question_s: float = 10.0  # all test cells of one question
    total_s: float = 240.0  # the whole submission
    memory_mb: float = 1024.0  # above what the warm process has mapped


@dataclass(frozen=True)
class TestOutcome:
    """One test cell: ``status`` is passed, failed or one of the ways a process ends.

    ``reason`` may be shown to the student: the message of a visible test, the public
    hint of a hidden one. ``detail`` is for the instructor and may quote hidden tests.
    """

    __test__ = False
    name: str
    score: float
    max_score: float
    status: str
    reason: str = ""
    detail: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class QuestionResult:
    """One question: status full, partial, zero, missing, manual or as ``TestOutcome``.

    A question marked by hand has the status manual and the score None.
    """

    name: str
    score: float | None
    max_score: float
    status: str
    reason: str
    seconds: float
    tests: tuple[TestOutcome, ...] = ()

    @property
    def for_author(self) -> str:
        """The reason as its author needs it: a hint does not say which test failed."""
        for test in self.tests:
            if test.hidden:
                return f"hidden in {test.name}, {test.detail}"
            if test.status != "passed":
                break
        return self.reason


@dataclass(frozen=True)
class Result:
    """What became of a set of answers."""

    status: str
    score: float
    max_score: float
    questions: tuple[QuestionResult, ...]
    seconds: float
    peak_mb: float
    seed: int
    cpu_s: float = 0.0  # of the student's processes
    printed: Mapping[str, str] = field(default_factory=dict)  # per solution cell
    helpers: Mapping[str, str] = field(default_factory=dict)  # locked cells they broke

    def question(self, name: str) -> QuestionResult:
        """The result of one question."""
        return next(q for q in self.questions if q.name == name)


@dataclass(frozen=True)
class Record:
    """One submission: what is journalled and what the writer needs besides."""

    student: str
    assignment: str
    notebook: str
    status: str
    score: float
    max_score: float
    questions: tuple[QuestionResult, ...]
    repairs: tuple[str, ...]
    seconds: float
    peak_mb: float
    sha256: str
    seed: int
    reason: str = ""
    cpu_s: float = 0.0
    sandbox: str = ""  # behind which wall the answers ran
    answers: Mapping[str, str] = field(default_factory=dict)
    printed: Mapping[str, str] = field(default_factory=dict)

    def line(self) -> dict[str, Any]:
        """The record as one line of ``records.jsonl``."""
        keys = "name score max_score status reason seconds".split()
        questions = [{key: getattr(q, key) for key in keys} for q in self.questions]
        listed = dataclasses.asdict(self)
        for key in ("answers", "printed"):
            del listed[key]
        return {"schema": SCHEMA, **listed, "questions": questions}


# --- one submission ---------------------------------------------------------------


def grade_submission(
    source: Source,
    submission: Path | bytes,
    *,
    seed: int,
    limits: Limits | None = None,
    questions: Sequence[str] | None = None,
    student: str = "",
    repairs: Sequence[str] = (),
) -> Record:
    """Normalise a notebook and grade it; whatever it holds, a record comes back."""
    began = time.monotonic()
    try:
        data = submission if isinstance(submission, bytes) else contents(submission)
    except OSError as error:
        found = Submission(unreadable=f"the file cannot be opened ({error.strerror})")
        data = b""
    else:
        found = _read(source, data)
    found.repairs[:0] = repairs
    blank = functools.partial(
        unmarked,
        source,
        student=student,
        repairs=tuple(found.repairs),
        seed=seed,
        sha256=hashlib.sha256(data).hexdigest(),
        wall=sandbox.level(),
    )
    if found.unreadable:
        return blank("unreadable", found.unreadable)
    if not found.answers:
        why = "the notebook holds none of the answer cells of this assignment"
        return blank("missing", why)
    try:
        result = grade_answers(
            source,
            found.answers,
            seed=seed,
            limits=limits,
            questions=questions,
            extras=found.extras,
        )
    except GraderFault as fault:
        return blank("grader_fault", str(fault))
    answered = {
        cell.name: not sources.untouched(cell, found.answers.get(cell.name, ""))
        and cell.name in found.answers
        for cell in source.of("solution", "written")
    }
    states = {result.status}
    if found.suspicious:
        states.add("suspicious")
    if not all(answered.values()):
        states.add("partial")
    if found.repairs:
        states.add("repaired")
    reasons = [*found.suspicious]
    reasons += [
        f"{q.name}: {q.reason}"
        for q in result.questions
        if q.status in (*_STOPS, "missing")
    ]
    reasons += [f"{name}: {why}" for name, why in result.helpers.items()]
    empty = [name for name, done in answered.items() if not done]
    if empty:
        reasons.append("not answered: " + ", ".join(empty))
    return dataclasses.replace(
        blank(worst(states), "; ".join(reasons)),
        score=result.score,
        max_score=result.max_score,
        questions=result.questions + _manual(source, found.answers, questions),
        seconds=round(time.monotonic() - began, 3),
        peak_mb=result.peak_mb,
        cpu_s=result.cpu_s,
        answers=found.answers,
        printed=result.printed,
    )


def _read(source: Source, data: bytes) -> Submission:
    """The answers in a notebook, or that it took too long to find them."""
    try:
        with _alarm(time.monotonic() + READ_S), _memory():
            return normalise(source, data)
    except (Stop, MemoryError):
        said = "the notebook takes too long to read; ask for one with the answers only"
        return Submission(unreadable=said)


def worst(states: set[str]) -> str:
    """The status of a record: the first of ``STATUSES`` that applies."""
    return next((s for s in STATUSES if s in states), "graded")


def unmarked(
    source: Source,
    status: str,
    reason: str,
    *,
    student: str,
    repairs: tuple[str, ...],
    seed: int,
    sha256: str = "",
    wall: str = "",
) -> Record:
    """The record of a submission of which nothing was run."""
    if status == "grader_fault":
        questions = no_marks(source, status, "the grader failed; the mark is open")
    elif sha256:
        questions = no_marks(source, "missing", "there was no answer to mark")
    else:
        questions = no_marks(source, "missing", "nothing was handed in")
    return Record(
        student=student,
        assignment=source.assignment,
        notebook=source.path.stem,
        status=status,
        score=0.0,
        max_score=source.max_score,
        questions=questions,
        repairs=repairs,
        seconds=0.0,
        peak_mb=0.0,
        sha256=sha256,
        seed=seed,
        reason=reason,
        sandbox=wall,
    )


def no_marks(source: Source, status: str, reason: str) -> tuple[QuestionResult, ...]:
    """All questions with no points; with no mark at all if the fault is ours."""
    score = None if status == "grader_fault" else 0.0
    return tuple(
        QuestionResult(
            cell.name,
            score,
            sum(test.points for test in source.tests_of(cell.name)),
            status,
            reason,
            0.0,
        )
        for cell in source.of("solution")
    ) + _manual(source, {}, None)


def _manual(
    source: Source, answers: Mapping[str, str], questions: Sequence[str] | None
) -> tuple[QuestionResult, ...]:
    results = []
    for cell in source.of("written"):
        if questions is not None and cell.name not in questions:
            continue
        done = cell.name in answers and not sources.untouched(cell, answers[cell.name])
        results.append(
            QuestionResult(
                cell.name,
                None if done else 0.0,
                cell.points,
                "manual" if done else "missing",
                "to be marked by hand" if done else "not answered",
                0.0,
            )
        )
    return tuple(results)


def grade_answers(
    source: Source,
    answers: Mapping[str, str],
    *,
    seed: int,
    limits: Limits | None = None,
    questions: Sequence[str] | None = None,
    visible_only: bool = False,
    extras: Sequence[tuple[str, str]] = (),
) -> Result:
    """Grade texts of solution cells, each under the name of the cell it stands for.

    ``questions`` limits the tests that are run; all solution cells run in any case,
    as later answers may use earlier ones. ``extras`` are cells of the student's own,
    each with the name of the answer it runs before. Raises ``GraderFault`` only when
    the fault is ours.
    """
    return _Run(source, answers, seed, limits or Limits(), extras, visible_only).grade(
        questions
    )


class _Run:
    """One set of answers on its way to a verdict."""

    def __init__(
        self,
        source: Source,
        answers: Mapping[str, str],
        seed: int,
        limits: Limits,
        extras: Sequence[tuple[str, str]],
        visible_only: bool,
    ) -> None:
        self.source, self.answers = source, answers
        self.seed, self.limits = seed, limits
        self.visible_only = visible_only
        self.plan = _plan(source, answers, extras)
        self.student: Student | None = None
        self.peak_mb = self.cpu_s = 0.0
        self.printed: dict[str, str] = {}
        self.errors: dict[str, str] = {}  # what a solution cell raised
        self.fatal: dict[str, Stop] = {}  # cells that end the process: not run again
        self.repeated: set[str] = set()  # cells run again after a death from outside
        self.bent = False  # whether an answer changed what may be a name of ours
        self.until = self.question_until = time.monotonic() + limits.total_s

    def grade(self, wanted: Sequence[str] | None) -> Result:
        began = time.monotonic()
        names = [cell.name for cell in self.source.of("solution")]
        unknown = set(wanted or ()) - set(self.source.solutions)
        if unknown:
            raise GraderFault(f"no question is called {', '.join(sorted(unknown))}")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                _load(self.source.test_imports)
                self.names = _judge_names(self.source, self.answers)
                with contextlib.suppress(Stop):  # the tests will say the same
                    self._start()
                results = tuple(
                    self._question(name)
                    for name in names
                    if wanted is None or name in wanted
                )
        finally:
            self._end()
        helpers = {
            f"running {cell.name}": self.fatal[cell.name]
            for cell in self.source.of("locked")
            if cell.name in self.fatal
        }
        states = {q.status for q in results} & set(_STOPS)
        states |= {stop.status for stop in helpers.values()}
        if any(q.status == "missing" for q in results):
            states.add("partial")
        return Result(
            status=worst(states),
            score=sum(q.score or 0.0 for q in results),
            max_score=sum(q.max_score for q in results),
            questions=results,
            seconds=round(time.monotonic() - began, 3),
            peak_mb=self.peak_mb,
            cpu_s=round(self.cpu_s, 4),
            seed=self.seed,
            printed=dict(self.printed),
            helpers={name: stop.reason for name, stop in helpers.items()},
        )

    # --- the student's process ----------------------------------------------------

    def _start(self) -> Student:
        """A fresh process with all cells run that do not end it."""
        while time.monotonic() < self.until:
            self._end()
            student = self._fork()
            theirs = False  # whether anything of the student's own has run in it
            for cell, role, text in self.plan:
                if cell in self.fatal:
                    continue
                left = self.limits.cell_s
                if role != "locked":  # our own cells are never cut short
                    left = min(left, max(self.until - time.monotonic(), 0.0))
                student.deadline = time.monotonic() + left
                try:
                    error = student.run(cell, text)
                except Stop as stop:
                    if self._is_doubtful(cell, stop):
                        break
                    if role == "locked" and not theirs:
                        raise GraderFault(f"the cell {cell}: {stop.reason}") from None
                    self.fatal[cell] = stop
                    break
                theirs = theirs or role != "locked"
                if error is not None and cell == "setup":
                    raise GraderFault(f"the cell setup fails: {error}")
                if role == "solution":
                    self.printed[cell] = student.printed
                    if error is not None:
                        self.errors[cell] = _sentence(error)
                student.printed = ""
            else:
                return student
        raise Stop("timeout", "no time was left to run the cells again")

    def _is_doubtful(self, name: str, stop: Stop) -> bool:
        """Whether to repeat a cell: the end of its process may be another's doing."""
        if not stop.doubtful or name in self.repeated:
            return False
        self.repeated.add(name)
        return True

    def _fork(self) -> Student:
        limits = {"memory_mb": self.limits.memory_mb, "cpu_s": self.limits.total_s + 5}
        for attempt in (1, 2):
            try:
                zygote = session.warm(self.source.imports, self.source.forbidden)
                self.student = Student(zygote, limits)
                break
            except GraderFault:  # somebody has killed it: once more with a new one
                if attempt == 2:
                    raise
        assert self.student is not None
        return self.student

    def _end(self) -> None:
        if self.student is not None:
            self.student.close()
            if self.student.ended is not None:
                self.peak_mb = max(self.peak_mb, self.student.ended.peak_mb)
                self.cpu_s += self.student.ended.cpu_s
            self.student = None

    # --- questions ----------------------------------------------------------------

    def _question(self, name: str) -> QuestionResult:
        began = time.monotonic()
        tests = self.source.tests_of(name)
        total = sum(test.points for test in tests)
        if name not in self.answers:
            lost = tuple(TestOutcome(t.name, 0.0, t.points, "missing") for t in tests)
            reason = "the answer cell is missing from the notebook"
            return QuestionResult(name, 0.0, total, "missing", reason, 0.0, lost)
        self.question_until = min(began + self.limits.question_s, self.until)
        outcomes = tuple(self._test(name, test) for test in tests)
        seconds = round(time.monotonic() - began, 3)
        score = sum(outcome.score for outcome in outcomes)
        states = {outcome.status for outcome in outcomes}
        status = next((s for s in _STOPS if s in states), "")
        if not status:
            status = "full" if score == total else "partial" if score else "zero"
        return QuestionResult(
            name, score, total, status, self._reason(name, outcomes), seconds, outcomes
        )

    def _reason(self, name: str, outcomes: Sequence[TestOutcome]) -> str:
        failed = [o.reason for o in outcomes if o.status != "passed" and o.reason]
        if not failed:
            return ""
        if name in self.errors and name not in self.fatal:
            return f"the cell itself fails: {self.errors[name]}"
        return failed[0]

    def _test(self, question: str, test: Cell) -> TestOutcome:
        """Run one test cell; only its own end, with the process alive, is a pass."""

        def outcome(status: str, reason: str, **more: Any) -> TestOutcome:
            return TestOutcome(test.name, 0.0, test.points, status, reason, **more)

        if question in self.fatal:
            stop = self.fatal[question]
            return outcome(stop.status, f"running the cell: {stop.reason}")
        until = self.question_until
        if time.monotonic() >= until:
            return outcome("timeout", "no time was left for this test")
        stopped: Stop | None = None
        error: BaseException | None = None
        try:
            student = self.student
            if student is None or student.stopped is not None:
                student = self._start()
            student.deadline = until
            student.ours, student.known = [], {}
            quiet = contextlib.redirect_stdout(io.StringIO())
            with _alarm(until), _memory(), quiet:
                student.echo, student.changed = True, False
                try:
                    self._run_test(student, test)
                    if student.changed and not test.in_place:
                        # An answer that changes its arguments could bend what a test
                        # expects; it must pass too when its changes stay with it.
                        student.copy_back, self.bent = False, True
                        self._run_test(student, test)
                finally:
                    student.echo, student.copy_back = False, True
                    self.bent = self.bent or student.changed
            stopped = student.stopped
        except Stop as stop:
            stopped = stop
        except GraderFault:
            raise
        except BaseException as raised:
            error = raised
            if self.student is not None:
                stopped = self.student.stopped
        if self.student is not None:
            self.student.printed = ""
        if stopped is not None:
            if self.student is not None and self.student.stopped is None:
                self.student.close()  # the alarm rang in the middle of an exchange
            if self._is_doubtful(test.name, stopped):
                if stopped.status == "timeout":  # the machine is busy: with more time
                    more = time.monotonic() + PATIENCE * self.limits.question_s
                    self.question_until = min(more, self.until)
                return self._test(question, test)
            return outcome(stopped.status, stopped.reason)
        if error is None:
            return TestOutcome(test.name, test.points, test.points, "passed")
        if isinstance(error, KeyboardInterrupt):
            raise error
        hidden = _is_hidden(error, test)
        detail = _line(f"{type(error).__name__}: {error}")[:1000]
        detail += f" at '{_statement(error, test)}'"
        theirs = isinstance(error, MemoryError) and hasattr(error, "student")
        return outcome(
            "memory" if theirs else "failed",
            test.hint or "a hidden test fails" if hidden else _public(error),
            detail=detail,
            hidden=hidden,
        )

    def _run_test(self, student: Student, test: Cell) -> None:
        text = test.given if self.visible_only else test.source
        code = _compiled(text, f"<{test.name}>")
        reads = sources.mentioned(text)
        if self.bent:
            self.names = _judge_names(self.source, self.answers)
            self.bent = False
        wanted = self.source.answer_names & (reads | self._helper_reads)
        answers = student.values(sorted(wanted))
        for name, value in answers.items():
            if isinstance(value, NotPlain) and name in reads:
                raise TypeError(
                    f"{name} is {value.text}; expected numbers, text, lists, tuples, "
                    "dicts, arrays or functions"
                )
        # The functions of locked cells see the answers too; a test's own names do not
        # outlive it.
        for name in wanted:
            self.names.pop(name, None)
        self.names.update(answers)
        seed = self.seed if test.seed is None else test.seed
        self.names["rng"] = np.random.default_rng(_entropy(seed, test.name))
        exec(code, dict(self.names))

    @functools.cached_property
    def _helper_reads(self) -> frozenset[str]:
        return frozenset().union(
            *(sources.mentioned(cell.source) for cell in self.source.of("locked"))
        )


# --- the judge's own names ------------------------------------------------------------


def _plan(
    source: Source, answers: Mapping[str, str], extras: Sequence[tuple[str, str]]
) -> list[tuple[str, str, str]]:
    """Cells for the student's process, in order: name, role, text."""
    plan: list[tuple[str, str, str]] = []
    for cell in source.cells:
        if cell.role == "locked" and cell.kind == "code":
            if _is_used(source, cell, answers):
                plan.append((cell.name, "locked", cell.given))
        elif cell.role == "solution":
            own = [text for before, text in extras if before == cell.name]
            for number, text in enumerate(own, start=1):
                plan.append((f"own cell {number} before {cell.name}", "extra", text))
            if cell.name in answers:
                plan.append((cell.name, "solution", answers[cell.name]))
    return plan


def _is_used(source: Source, cell: Cell, answers: Mapping[str, str]) -> bool:
    """Whether a locked cell matters: setup, or it binds what others read.

    A locked cell that only shows something (a plot of the student's results) is left
    out: it costs time and can only fail.
    """
    if cell.name == "setup" or "import" in cell.source:
        return True
    reads = [*answers.values(), *(c.source for c in source.of("test"))]
    reads += [c.source for c in source.of("locked") if c is not cell]
    return bool(
        sources.bound(cell.source)
        & frozenset().union(*(sources.mentioned(text) for text in reads))
    )


@functools.cache
def _load(modules: tuple[str, ...]) -> None:
    """Import what tests import before there is an alarm that could cut it short.

    Half a module may be broken for as long as this process lives, for everybody.
    """
    for name in modules:
        with contextlib.suppress(Exception):  # the test will say it
            importlib.import_module(name)


def _judge_names(source: Source, answers: Mapping[str, str]) -> dict[str, Any]:
    """The names that setup and helper cells bind, as run here."""
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
    with _no_self_check(), contextlib.redirect_stdout(io.StringIO()):
        for cell in source.of("locked"):
            if cell.kind != "code" or not _is_used(source, cell, answers):
                continue
            try:
                exec(_compiled(cell.source, f"<{cell.name}>"), names)
            except Exception as error:
                if cell.name == "setup":
                    text = f"{type(error).__name__}: {error}"
                    raise GraderFault(f"the cell setup fails: {text}") from error
                # A helper that needs an answer at once cannot run here.
    return names


@contextlib.contextmanager
def _no_self_check() -> Iterator[None]:
    """``check.start`` would block the modules that hidden tests compare with."""
    try:
        from course_lib import check
    except ImportError:
        yield
        return
    start = check.start
    check.start = lambda assignment: None
    try:
        yield
    finally:
        check.start = start


@functools.lru_cache(maxsize=2048)
def _compiled(text: str, name: str) -> types.CodeType:
    try:
        # Python's -O would leave out the asserts, and everything would pass.
        return compile(ast.parse(text, name), name, "exec", optimize=0)
    except SyntaxError as error:
        raise GraderFault(f"the cell {name} is not Python: {error}") from error


def _entropy(seed: int, name: str) -> list[int]:
    digest = hashlib.sha256(name.encode()).digest()
    return [seed, int.from_bytes(digest[:8], "big")]


@contextlib.contextmanager
def _alarm(until: float) -> Iterator[None]:
    """Interrupt the judge's own code too, where signals allow it.

    A test may loop over an answer for ever without another request to the student.
    """
    usable = hasattr(signal, "setitimer") and (
        threading.current_thread() is threading.main_thread()
    )
    if not usable:
        yield
        return

    def ring(signum: int, frame: object) -> None:
        raise Stop("timeout", "it did not finish in time")

    before = signal.signal(signal.SIGALRM, ring)
    # A little later than the channel's own deadline, and again if a test swallows it.
    signal.setitimer(signal.ITIMER_REAL, max(until - time.monotonic(), 0) + 0.25, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _memory(gigabytes: int = 4) -> Iterator[None]:
    """Cap what a test may take here: a student may call its functions with anything."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (ImportError, OSError):
        yield
        return
    before = soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    cap = pages * resource.getpagesize() + (gigabytes << 30)
    if soft == resource.RLIM_INFINITY or cap < soft:
        resource.setrlimit(resource.RLIMIT_AS, (cap, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


# --- reasons --------------------------------------------------------------------------


def _is_hidden(error: BaseException, test: Cell) -> bool:
    """Whether an error rose in the hidden part of a test cell."""
    return _line_in(error, test) in sources.hidden_lines(test.source)


def _line_in(error: BaseException, test: Cell) -> int:
    """The line of a test cell at which it stopped; 0 if it did not begin."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == f"<{test.name}>":
            return trace.tb_lineno  # of the cell, not of a function it defines
        trace = trace.tb_next
    return 0


def _statement(error: BaseException, test: Cell) -> str:
    """That line's text."""
    lines = ["", *test.source.splitlines()]
    return lines[min(_line_in(error, test), len(lines) - 1)].strip()


def _public(error: BaseException) -> str:
    """What a student may read of a visible test's failure, in one line."""
    text = _line(str(error))[:400]
    if isinstance(error, AssertionError):
        return text or "a visible test fails"
    if isinstance(error, NotImplementedError) and not text:
        return "not written yet (the cell still raises NotImplementedError)"
    if isinstance(error, NameError) and not hasattr(error, "student"):
        return f"{error.name or text} is not defined"
    return _sentence(error)


def _sentence(error: BaseException) -> str:
    form = getattr(error, "student", None)
    text = _line(str(error))[:300]
    name = type(error).__name__
    if form is not None:
        name = _line(str(form["type"]))[:60]
        text = _line(str(form["text"]))[:300]
    said = f"{name}: {text}" if text else name
    line = form.get("line") if form is not None else None
    if form is not None and type(line) is int and line > 0:
        said += f" (line {line} of {_line(str(form['cell'])).strip('<>')[:40]})"
    return said


def _line(text: str) -> str:
    """One line that a terminal shows and does not obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
