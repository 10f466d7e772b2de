"""The judge's end of a student process: start it, ask it, end it.

``Warm`` is a warm zygote; ``Student`` one forked child of it. Every request has a
number and a deadline. Whatever goes wrong with the child is a ``Stop``, which is no
``Exception``: a test cell cannot take it for an error it expected. A ``Student`` that
has stopped never answers again.
"""

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from course_tools.grading import sandbox, wire
from course_tools.grading.child import describe, rebuild
from course_tools.grading.wire import Buffers, Tree
from course_tools.grading.zygote import Config

START_S = 60.0  # for a zygote to import what the assignment imports
KILL_S = 10.0  # for a zygote to end a child; after that the zygote itself is ended
MAX_CALLBACKS = 20_000  # calls of the judge's callables by one student process
MAX_NESTING = 15  # of calls back and forth


class Stop(BaseException):
    """The student process can answer no more; ``status`` and ``reason`` say why.

    ``doubtful``: by SIGKILL, with its warm process, or for want of a processor, perhaps
    not by its own doing.
    """

    def __init__(self, status: str, reason: str, doubtful: bool = False) -> None:
        super().__init__(reason)
        self.status, self.reason, self.doubtful = status, reason, doubtful


class GraderFault(Exception):
    """Our fault, never the student's: no mark may follow from it."""


@dataclass(frozen=True)
class Ended:
    """How a student process ended."""

    exit: int | None
    peak_mb: float
    cpu_s: float = 0.0  # of the child, its descendants and the fork
    too_big: bool = False  # its processes together used more than they may
    starved: bool = False  # it waited longer for a processor than it had one


class Warm:
    """A warm zygote and the control socket to it."""

    def __init__(
        self,
        preload: Sequence[str],
        forbidden: Sequence[str],
        wall: str,
    ) -> None:
        """``wall`` is one of those of ``sandbox``."""
        wrapper: list[str] = []
        self.folder = ""  # outside; behind the best wall there is none
        scratch = "/tmp"  # in memory, seen by the child only
        if wall == "bubblewrap":
            wrapper = sandbox.command(forbidden)
        else:
            scratch = self.folder = tempfile.mkdtemp(prefix="course-zygote-")
            for path in sandbox.font_lists():
                shutil.copy(path, scratch)
        readable, listed = (
            sandbox.readable(forbidden) if wall == "landlock" else ([], [])
        )
        config = Config(
            wall=wall,
            scratch=scratch,
            environment=_environment(scratch),
            preload=preload,
            forbidden=forbidden,
            readable=readable,
            listed=listed,
        )
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-I", "-m", "course_tools.grading.zygote"]
        with theirs:
            self.process = subprocess.Popen(
                [*wrapper, *command, str(theirs.fileno()), config.written()],
                pass_fds=[theirs.fileno()],
                env=config.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
                cwd="/",
            )
        self.control = ours
        try:
            hello, _ = wire.receive(ours, time.monotonic() + START_S)
        except (wire.Ended, wire.BadFrame, TimeoutError) as error:
            said = self._last_words()
            self.close()
            raise GraderFault(f"the warm process did not start: {said}") from error
        if hello["threads"] != 1:
            self.close()
            raise GraderFault(f"the warm process has {hello['threads']} threads")
        self.missing = list(hello["missing"])

    def _last_words(self) -> str:
        self.process.kill()
        _, said = self.process.communicate()
        return said.decode("utf-8", "replace")[-300:].strip()

    def fork(self, limits: Mapping[str, float]) -> socket.socket:
        """A new child; the judge's end of its channel."""
        ours, theirs = socket.socketpair()
        deadline = time.monotonic() + KILL_S
        request = {"do": "fork", **limits}
        try:
            with theirs:
                wire.send(self.control, request, [], deadline)
                socket.send_fds(self.control, [b"f"], [theirs.fileno()])
            wire.receive(self.control, deadline)
            ready, _ = wire.receive(ours, deadline)
        except (wire.Ended, wire.BadFrame, TimeoutError, OSError) as error:
            ours.close()
            self.close()
            raise GraderFault("the warm process is gone") from error
        if ready != {"ready": True}:
            raise GraderFault("the student process did not start")
        return ours

    def reap(self, kill: bool) -> Ended:
        """End the child and its descendants; the zygote too if it does not answer."""
        try:
            deadline = time.monotonic() + KILL_S
            wire.send(self.control, {"do": "reap", "kill": kill}, [], deadline)
            end, _ = wire.receive(self.control, deadline)
            return Ended(**end)
        except (wire.Ended, wire.BadFrame, TimeoutError, OSError, TypeError):
            self.close()
            return Ended(None, 0.0)

    @property
    def alive(self) -> bool:
        return self.control.fileno() >= 0 and self.process.poll() is None

    def close(self) -> None:
        """End the zygote and all that is left of its group."""
        self.control.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        if self.process.stderr:
            self.process.stderr.close()
        self.process.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def _environment(scratch: str) -> dict[str, str]:
    """All variables that a student's process has."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "HOME": scratch,
        "TMPDIR": scratch,
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": scratch,
        "CUDA_VISIBLE_DEVICES": "",
        "NBGRADER_EXECUTION": "autograde",
        **dict.fromkeys(threads, "1"),
    }


_warm: dict[tuple[object, ...], Warm] = {}  # the one used last comes last
KEPT = 2  # warm processes a worker keeps: each holds what its assignment imports


def warm(preload: Sequence[str], forbidden: Sequence[str]) -> Warm:
    """The zygote of this process for a set of imports, started when first needed."""
    wall = sandbox.level()
    key = (os.getpid(), wall, tuple(preload), tuple(forbidden))
    zygote = _warm.pop(key, None)
    if zygote is None or not zygote.alive:
        if zygote is not None:
            zygote.close()
        mine = [other for other in _warm if other[0] == os.getpid()]
        for oldest in mine[: len(mine) + 1 - KEPT]:
            _warm.pop(oldest).close()
        zygote = Warm(preload, forbidden, wall)
    _warm[key] = zygote
    return zygote


@atexit.register
def close_all() -> None:
    """End every zygote this process has started."""
    for key, zygote in list(_warm.items()):
        if key[0] == os.getpid():
            zygote.close()
            del _warm[key]


class Proxy:
    """A function of the student: calling it asks the student process."""

    def __init__(self, student: "Student", handle: int, name: str) -> None:
        self._student, self._handle, self.__name__ = student, handle, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._student.call(self._handle, args, kwargs)

    def __repr__(self) -> str:
        return f"<the student's function {self.__name__}>"


class NotPlain:
    """A name that is bound to something that cannot cross; ``text`` says to what."""

    def __init__(self, text: str) -> None:
        self.text = text


class Student:
    """One forked child that runs a student's cells and answers for them."""

    def __init__(self, zygote: Warm, limits: Mapping[str, float]) -> None:
        self.zygote = zygote
        self.number = 0
        self.calls = 0  # requests to call a function of the student
        self.depth = 0
        self.callbacks = 0
        self.ours: list[Callable[..., Any]] = []  # handle -> callable of the judge
        self.known: dict[int, int] = {}
        self.deadline = time.monotonic() + KILL_S
        self.stopped: Stop | None = None
        self.ended: Ended | None = None
        self.printed = ""
        self.warned = ""
        self.echo = False
        self.changed = False  # whether an argument came back other than it was sent
        self.copy_back = True
        self.sock = zygote.fork(limits)
        self.frames = wire.Reader(self.sock)

    # --- requests -------------------------------------------------------------------

    def run(self, cell: str, source: str) -> Exception | None:
        """Run a cell; the error it raised, if any."""
        tree: dict[str, Tree] = {"do": "run", "cell": cell, "source": source}
        try:
            self._ask(tree, [])
        except Exception as error:
            return error
        return None

    def values(self, names: Sequence[str]) -> dict[str, Any]:
        """The values of those names that are bound."""
        reply, buffers = self._ask({"do": "names", "names": list(names)}, [])
        found: dict[str, Any] = {}
        try:
            for name, form in reply["names"].items():
                if name not in names:
                    raise wire.BadFrame("a name that was not asked for")
                if "not_data" in form:
                    found[name] = NotPlain(str(form["not_data"])[:200])
                else:
                    found[name] = self._decode(form["value"], buffers)
        except BaseException as error:
            self._end_for(error)
            raise
        return found

    def call(self, handle: int, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """Call a function of the student; its arguments come back as they are then."""
        sent: Buffers = []
        request: dict[str, Tree] = {"do": "call", "handle": handle}
        try:
            request["args"] = [self._encode(value, sent) for value in args]
            for name, value in kwargs.items():
                request.setdefault("kwargs", {})[name] = self._encode(value, sent)
        except wire.NotData as error:
            raise TypeError(f"a test cannot pass {error} to an answer") from None
        self.calls += 1
        reply, buffers = self._ask(request, sent, [*args, *kwargs.values()])
        try:
            return self._decode(reply["value"], buffers)
        except BaseException as error:
            self._end_for(error)
            raise

    def _ask(
        self, tree: dict[str, Tree], sent: Buffers, arguments: Sequence[Any] = ()
    ) -> tuple[dict[str, Tree], Buffers]:
        if self.stopped is not None:
            raise self.stopped
        self.number += 1
        number = self.number
        self.depth += 1
        try:
            if self.depth > MAX_NESTING:
                raise Stop("crashed", "functions called each other too deeply")
            wire.send(self.sock, {"n": number, **tree}, sent, self.deadline)
            while True:
                reply, buffers = wire.receive(self.frames, self.deadline)
                if type(reply.get("n")) is not int or reply["n"] != number:
                    raise wire.BadFrame("an answer to another question")
                if "back" not in reply:
                    break
                self._serve(reply, buffers)
            if "out" in reply or "err" in reply:
                self._take_output(reply)
            for index, changed in reply.get("changed", []):
                value = self._decode(changed, buffers)
                self.changed = True
                if self.copy_back:
                    wire.copy_back(arguments[index], value)
            if "error" not in reply:
                return reply, buffers
            form = _error_form(reply["error"])
            error = rebuild(form)
            error.student = form  # type: ignore[attr-defined]
        except BaseException as problem:
            self._end_for(problem)
            raise
        finally:
            self.depth -= 1
        raise error

    def _serve(self, request: dict[str, Tree], buffers: Buffers) -> None:
        """Run a callable of the judge for the student process."""
        self.callbacks += 1
        if self.callbacks > MAX_CALLBACKS:
            raise Stop(
                "timeout", f"more than {MAX_CALLBACKS} calls of the test's function"
            )
        function = self._ours(request["handle"])
        forms = wire.expect(request["args"], list)
        args = [self._decode(form, buffers) for form in forms]
        kwargs = {
            wire.expect(name, str): self._decode(form, buffers)
            for name, form in wire.expect(request.get("kwargs", {}), dict).items()
        }
        head: dict[str, Tree] = {"n": request["n"], "back": request["back"]}
        sent: Buffers = []
        try:
            value = function(*args, **kwargs)
            reply = {**head, "value": self._encode(value, sent)}
            wire.send(self.sock, reply, sent, self.deadline)
        except (TimeoutError, wire.Ended):
            raise
        except Exception as error:  # NotData, too: the argument was the student's
            reply = {**head, "error": describe(error)}
            wire.send(self.sock, reply, [], self.deadline)

    def _take_output(self, reply: dict[str, Tree]) -> None:
        out, err = reply.get("out", ""), reply.get("err", "")
        if type(out) is not str or type(err) is not str:
            raise wire.BadFrame("output that is no text")
        out = out.encode("utf-8", "replace").decode()
        self.printed = (self.printed + out)[:50_000]
        self.warned = (self.warned + err)[:50_000]
        if self.echo:
            sys.stdout.write(out)  # a test may have redirected it round the call

    # --- what can go wrong ------------------------------------------------------------

    def _end_for(self, problem: BaseException) -> None:
        """Turn whatever the child may do to the channel into a Stop."""
        match problem:
            case TimeoutError():
                self.stop("timeout", "it did not finish in time")
            case wire.Ended() | OSError():
                self.stop("crashed", "")
            case wire.BadFrame():
                self.stop("suspicious", f"the answer broke the protocol: {problem}")
            case LookupError() | TypeError() | ValueError() | AttributeError():
                said = f"the answer broke the protocol: {type(problem).__name__}"
                self.stop("suspicious", said)
            case Stop() if self.stopped is None:
                self.stop(problem.status, problem.reason)
            case MemoryError():
                self.stop("memory", "the answer is too large")

    def stop(self, status: str, reason: str) -> None:
        """End the process and raise the reason; what comes later raises it again."""
        self.stopped = Stop(status, reason)
        self.close(kill=status != "crashed")
        if self.ended is not None and self.ended.too_big:
            self.stopped = Stop("memory", "its processes were too many or too large")
        elif status == "crashed" and not reason:
            exit_code = self.ended.exit if self.ended else None
            killed = exit_code in (None, -signal.SIGKILL)
            self.stopped = Stop(status, _death(exit_code), killed)
        elif status == "timeout" and self.ended is not None and self.ended.starved:
            self.stopped = Stop(status, reason, doubtful=True)
        raise self.stopped

    def close(self, kill: bool = True) -> None:
        """End the process and everything it started; remove its folder."""
        if self.stopped is None:
            self.stopped = Stop("crashed", "the process has been closed")
        if self.ended is None:
            with _no_alarm():  # half an exchange with the zygote would be worse
                self.ended = self.zygote.reap(kill)
            self.sock.close()

    # --- values -----------------------------------------------------------------------

    def _encode(self, value: object, buffers: Buffers) -> Tree:
        return wire.encode(value, buffers, self._handle)

    def _decode(self, tree: Tree, buffers: Buffers) -> Any:
        return wire.decode(tree, buffers, self._resolve)

    def _handle(self, value: object) -> Tree:
        if isinstance(value, Proxy) and value._student is self:
            return {"child": value._handle}
        assert callable(value)
        if id(value) not in self.known:
            self.known[id(value)] = len(self.ours)
            self.ours.append(value)
        name = str(getattr(value, "__name__", "function"))[:60]
        return {"judge": self.known[id(value)], "name": name}

    def _ours(self, handle: Tree) -> Callable[..., Any]:
        if not 0 <= wire.expect(handle, int) < len(self.ours):
            raise wire.BadFrame("no such function of the test")
        return self.ours[handle]

    def _resolve(self, body: Tree) -> object:
        if "judge" in body:
            return self._ours(body["judge"])
        name = wire.expect(body["name"], str)[:60]
        return Proxy(self, wire.expect(body["child"], int), name)


def _error_form(form: Tree) -> dict[str, Any]:
    """A described exception with every part of the type it must have."""
    parts = {"type": str, "bases": list, "text": str, "line": int, "cell": str}
    checked = {name: wire.expect(form[name], kind) for name, kind in parts.items()}
    checked["bases"] = [wire.expect(base, str) for base in checked["bases"][:20]]
    return checked


@contextlib.contextmanager
def _no_alarm() -> Iterator[None]:
    """Hold the judge's alarm back for a moment, where there are signals."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _death(exit_code: int | None) -> str:
    if exit_code is None:
        return "the process died"
    if exit_code < 0:
        with contextlib.suppress(ValueError):
            return f"the process died of {signal.Signals(-exit_code).name}"
    return f"the process ended itself (exit code {exit_code})"
