"""``course check``: the visible tests of a notebook, run in a child process.

The child executes the notebook's cells and tests and writes one line per event to a
file; the parent reads that file, ends the child when one step takes too long, and
starts another that leaves this step out. Only the standard library's portable part is
used, because this runs on students' machines, Windows included.
"""

import json
import linecache
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from course_lib import check
from course_tools.assignments import notebooks
from course_tools.errors import CourseError

POLL_SECONDS = 0.05
START_SECONDS = 60.0  # a first import of the libraries may be slow on an old disk
WIDTH = 88


class Line(NamedTuple):
    """One line of the report: a question, whether it passes, and why not."""

    name: str
    title: str
    passed: bool
    sentence: str
    reasons: list[str]


def assignment_of(path: Path, notebook: notebooks.Notebook) -> str:
    """The assignment a notebook belongs to, by its metadata or by its file name."""
    known = check.assignments()
    named = str(notebooks.course_metadata(notebook).get("assignment", ""))
    if named in known:
        return named
    for name in known:
        if path.name.startswith(name):
            return str(name)
    raise CourseError(
        f"{path.name} belongs to no assignment of this version of the course "
        f"({', '.join(known) or 'none installed'}); keep the file's original name"
    )


@dataclass
class _Told:
    """What the children have said so far."""

    lines: dict[str, Line] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)  # why a cell stopped
    step: str = "start"
    done: bool = False

    def take(self, event: dict[str, Any]) -> None:
        """One line of a child's file."""
        match event["event"]:
            case "begin":
                self.step = event["step"]
            case "note":
                self.notes[event["question"]] = event["text"]
            case "question":
                line = Line(**event["line"])
                self.lines[line.name] = line
            case "done":
                self.done = True


def check_notebook(path: Path, limit: float = 20.0) -> tuple[str, list[Line]]:
    """Name of the assignment and one line per question of a student's notebook."""
    notebook = notebooks.read(path)
    assignment = assignment_of(path, notebook)
    asked = check.load(assignment)
    told, skip = _Told(), dict[str, str]()
    for _ in range(2 * len(asked["questions"]) + 2):
        told.step = "start"
        why = _one_child(path, assignment, limit, skip, told)
        if told.done:
            break
        if told.step in skip or told.step == "start":
            raise CourseError(f"the notebook could not be run: {why}")
        skip[told.step] = why
    _note_lost_cells(notebook, asked, told)
    lines = []
    for question in asked["questions"]:
        name = question["name"]
        line = told.lines.get(name)
        reason = skip.get(f"test:{name}") or skip.get(f"cell:{name}")
        if reason or line is None:
            text = reason or "it was not reached"
            line = Line(name, question["title"], False, "not yet", [text])
        elif name in told.notes and not line.passed:
            line = line._replace(reasons=[told.notes[name], *line.reasons[:1]])
        lines.append(line)
    return assignment, lines


def _note_lost_cells(
    notebook: notebooks.Notebook, asked: dict[str, Any], told: _Told
) -> None:
    """Where a question's own cell is gone, a missing name is not the whole story."""
    there = notebooks.questions(notebook)
    for question in asked["questions"]:
        name = question["name"]
        if name not in there:
            told.notes[name] = (
                f"the answer cell of {name} is gone: write the answer into a cell of "
                "your own, or go on in a fresh copy of the notebook"
            )


def _one_child(
    path: Path, assignment: str, limit: float, skip: dict[str, str], told: _Told
) -> str:
    """Run one child; why it ended at ``told.step``, if it did not finish."""
    with tempfile.TemporaryDirectory() as folder:
        events = Path(folder) / "events.jsonl"
        events.touch()
        child = _start(path, assignment, events, skip)
        since, read, allowed = time.monotonic(), 0, START_SECONDS
        try:
            while True:
                ended = child.poll() is not None
                new = _complete_lines(events, read)
                read += sum(map(len, new))
                for event in map(json.loads, new):
                    told.take(event)
                    if event["event"] == "begin":
                        since, allowed = time.monotonic(), limit
                        if event["step"] == "setup":  # imports, none of it a student's
                            allowed = START_SECONDS
                if told.done:
                    return ""
                if ended:
                    return _death(child.returncode)
                if time.monotonic() - since > allowed:
                    return f"still running after {allowed:.0f} s: an endless loop?"
                time.sleep(POLL_SECONDS)
        finally:
            child.kill()
            child.wait()


def _start(
    path: Path, assignment: str, events: Path, skip: dict[str, str]
) -> "subprocess.Popen[bytes]":
    job = {
        "notebook": str(path.resolve()),
        "assignment": assignment,
        "events": str(events),
        "skip": sorted(skip),
    }
    environment = {
        **os.environ,
        "MPLBACKEND": "Agg",
        "PYTHONUTF8": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-c", CHILD, json.dumps(job)],
        cwd=path.resolve().parent,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


CHILD = (
    "import sys; from course_tools.assignments.self_check import child_main; "
    "child_main(sys.argv[1])"
)


def _complete_lines(events: Path, start: int) -> list[bytes]:
    with events.open("rb") as file:
        file.seek(start)
        return [line for line in file.readlines() if line.endswith(b"\n")]


def _death(code: int | None) -> str:
    return f"the process ended here (exit code {code}); os._exit, or out of memory?"


def child_main(job_text: str) -> None:
    """What the child does: locked cells, the student's cells, then the tests."""
    job = json.loads(job_text)
    with Path(job["events"]).open("a", encoding="utf-8") as file:

        def tell(event: str, **fields: Any) -> None:
            file.write(json.dumps({"event": event, **fields}) + "\n")
            file.flush()

        _run_child(job, tell)


def _run_child(job: dict[str, Any], tell: Any) -> None:
    check.start(job["assignment"])
    asked = check.load(job["assignment"])
    skip = set(job["skip"])
    questions = {question["name"]: question for question in asked["questions"]}
    namespace: dict[str, Any] = {"__name__": "__main__"}
    tell("begin", step="setup")
    for cell in asked["locked"]:  # as released, whatever became of the student's copy
        _execute(cell["source"], cell["id"], namespace)
    namespace["check"] = _Silent()
    for number, cell in enumerate(notebooks.read(Path(job["notebook"]))["cells"], 1):
        role = notebooks.role(cell)
        if cell.get("cell_type") != "code" or role in ("test", "locked"):
            continue
        name = notebooks.grade_id(cell) if role == "solution" else f"number {number}"
        if f"cell:{name}" in skip:
            continue
        tell("begin", step=f"cell:{name}")
        try:
            _execute(cell["source"], name, namespace)
        except (Exception, SystemExit) as error:
            if name in questions:
                text = f"the cell itself stopped: {_explain(error, namespace)}"
                tell("note", question=name, text=text)
    for name, question in questions.items():
        if f"test:{name}" in skip:
            continue
        tell("begin", step=f"test:{name}")
        outcomes = check.run_question(question, namespace)
        passed, sentence = check.verdict(outcomes)
        line = Line(name, question["title"], passed, sentence, check.reasons(outcomes))
        tell("question", line=line._asdict())
    tell("done")


class _Silent:
    """Stands for ``check`` in the child, where the questions are run at the end."""

    def __call__(self, *_: Any) -> None: ...

    def start(self, *_: Any) -> None: ...


def _execute(source: str, name: str, namespace: dict[str, Any]) -> None:
    """Run one cell; lines for the notebook itself (``%``, ``!``) are left out."""
    if source.lstrip().startswith("%%"):
        return
    lines = [
        line[: len(line) - len(line.lstrip())] + "pass"
        if line.lstrip().startswith(("%", "!"))
        else line
        for line in source.splitlines()
    ]
    text = "\n".join(lines) + "\n"
    file = f"<cell {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    exec(compile(text, file, "exec"), namespace)


def _explain(error: BaseException, namespace: dict[str, Any]) -> str:
    if isinstance(error, SyntaxError):
        return f"line {error.lineno} is not Python ({error.msg})"
    return str(check.explain(error, namespace))


def report(assignment: str, lines: list[Line]) -> str:
    """The summary that the command prints."""
    text = [assignment]
    for line in lines:
        sign = "ok " if line.passed else "-- "
        text.append(f"{sign} {line.name:4} {line.title[:40]:40} {line.sentence}")
        for reason in [] if line.passed else line.reasons:
            text += textwrap.wrap(
                reason,
                WIDTH,
                initial_indent="         - ",
                subsequent_indent="           ",
            )
    good = sum(line.passed for line in lines)
    text.append(
        f"{good} of {len(lines)} questions pass their visible checks; the marking "
        "asks the same with other numbers."
    )
    return "\n".join(text)
