"""Where student code runs: a forked process that runs cells and answers calls.

It knows the names and the text of the solution cells and nothing else: no test, no
expected value, no seed, no path of the course. Whatever it sends is an answer, never
a verdict, so this file need not be safe from the student, only clear.

Requests are numbered and come one at a time; while a callable of the judge runs, the
judge may ask again, so ``answer`` is re-entrant.
"""

import ast
import builtins
import contextlib
import io
import linecache
import random
import socket
import sys
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_tools.grading import wire
from course_tools.grading.wire import Buffers, Tree

MAX_OUTPUT = 20_000  # characters of printed text that are kept per request
MAX_ERROR = 500


class _Capped(io.TextIOBase):
    """A text stream that keeps the first characters and counts nothing else."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left = MAX_OUTPUT

    def write(self, text: str) -> int:
        if self.left > 0:
            self.parts.append(text[: self.left])
            self.left -= len(text)
            if self.left <= 0:
                self.parts.append("\n[more output was dropped]\n")
        return len(text)

    def writable(self) -> bool:
        return True

    def take(self) -> str:
        text = "".join(self.parts).encode("utf-8", "replace").decode()
        self.parts, self.left = [], MAX_OUTPUT
        return text


class _Refuser:
    """Import hook: the modules an assignment asks to be written do not exist here."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if any(name == n or name.startswith(n + ".") for n in self.names):
            raise ImportError(f"this assignment asks you to write {name}", name=name)


class Child:
    """The loop of one student process."""

    def __init__(self, sock: socket.socket, forbidden: Sequence[str]) -> None:
        self.sock, self.frames = sock, wire.Reader(sock)
        self.out, self.err = _Capped(), _Capped()
        self.objects: list[Callable[..., Any]] = []  # handle -> callable of the student
        self.known: dict[int, int] = {}  # id of a callable -> its handle
        self.current = 0  # number of the request being answered
        self.backs = 0
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names = module.__dict__
        self._prepare(forbidden)

    def _prepare(self, forbidden: Sequence[str]) -> None:
        sys.stdout, sys.stderr = self.out, self.err
        sys.stdin = io.StringIO()
        builtins.input = _no_input
        sys.breakpointhook = lambda *args, **kwargs: None
        sys.meta_path.insert(0, _Refuser(forbidden))
        for name in list(sys.modules):
            if any(name == n or name.startswith(n + ".") for n in forbidden):
                parent, _, last = name.rpartition(".")
                vars(sys.modules.get(parent, types)).pop(last, None)
                del sys.modules[name]
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002 - forked children must not share a state
        if "torch" in sys.modules:
            sys.modules["torch"].manual_seed(0)
        _install_ipython(self.names)

    # --- requests ---------------------------------------------------------------

    def serve(self) -> None:
        """Answer until the judge hangs up."""
        with contextlib.suppress(wire.Ended):
            while True:
                self.answer(*wire.receive(self.frames))

    def answer(self, request: dict[str, Tree], buffers: Buffers) -> None:
        """Do what one request asks and send the reply."""
        number = self.current = request["n"]
        reply: dict[str, Tree] = {"n": number}
        sent: Buffers = []
        try:
            match request["do"]:
                case "run":
                    self._run(request["cell"], request["source"])
                case "names":
                    reply["names"] = self._names(request["names"], sent)
                case "call":
                    reply |= self._call(request, buffers, sent)
        except BaseException as error:  # SystemExit too: the process serves on
            sent.clear()
            reply = {"n": number, "error": describe(error)}
        self.current = number
        for name, stream in (("out", self.out), ("err", self.err)):
            if stream.parts:
                reply[name] = stream.take()
        try:
            wire.send(self.sock, reply, sent)
        except wire.NotData as error:
            reply = {"n": number, "error": describe(error)}
            wire.send(self.sock, reply, [])

    def _run(self, cell: str, source: str) -> None:
        name = f"<{cell}>"
        source = _plain_python(source)
        lines = source.splitlines(keepends=True)
        linecache.cache[name] = (len(source), None, lines, name)
        exec(compile(ast.parse(source, name), name, "exec"), self.names)

    def _names(self, wanted: Sequence[str], sent: Buffers) -> dict[str, Tree]:
        found: dict[str, Tree] = {}
        for name in wanted:
            if name in self.names:
                try:
                    found[name] = {"value": self.encode(self.names[name], sent)}
                except wire.NotData as error:
                    found[name] = {"not_data": str(error)}
                except Exception as error:  # of the value's own methods
                    said = f"a value that raises {describe(error)['type']}"
                    found[name] = {"not_data": said}
        return found

    def _call(
        self, request: dict[str, Tree], buffers: Buffers, sent: Buffers
    ) -> dict[str, Tree]:
        function = self.objects[request["handle"]]
        args = [self.decode(form, buffers) for form in request["args"]]
        more = request.get("kwargs", {})
        kwargs = {name: self.decode(form, buffers) for name, form in more.items()}
        values = [*args, *kwargs.values()]
        before = [self._image(value) for value in values]
        value: Any = None
        error: BaseException | None = None
        try:
            value = function(*args, **kwargs)
        except BaseException as raised:
            error = raised
        changed = [
            [index, self.encode(now, sent)]
            for index, (old, now) in enumerate(zip(before, values, strict=True))
            if old is not None and self._image(now) != old
        ]
        reply: dict[str, Tree] = {"changed": changed} if changed else {}
        if error is not None:
            return {"error": describe(error), **reply}
        try:
            return {"value": self.encode(value, sent), **reply}
        except wire.NotData as problem:
            raise wire.NotData(f"the function returned {problem}") from None

    def _image(self, value: object) -> object:
        """What a mutable argument is, to see later whether it was changed."""
        if type(value) is np.ndarray:
            return value.dtype, value.shape, value.tobytes()
        if value is None or isinstance(value, bool | int | float | complex | str):
            return None
        image: Buffers = []
        try:
            return self.encode(value, image), image
        except wire.NotData:
            return None

    # --- values -----------------------------------------------------------------

    def encode(self, value: object, buffers: Buffers) -> Tree:
        return wire.encode(value, buffers, self._handle)

    def decode(self, tree: Tree, buffers: Buffers) -> Any:
        return wire.decode(tree, buffers, self._resolve)

    def _handle(self, value: object) -> Tree:
        if isinstance(value, _Remote):
            return {"judge": value.handle}
        if id(value) not in self.known:
            assert callable(value)
            self.known[id(value)] = len(self.objects)
            self.objects.append(value)
        name = "function"
        with contextlib.suppress(Exception):
            name = str(getattr(value, "__name__", name))[:60]
        return {"child": self.known[id(value)], "name": name}

    def _resolve(self, body: Tree) -> object:
        if "child" in body:
            return self.objects[body["child"]]
        return _Remote(self, body["judge"], body["name"])

    # --- callables of the judge ---------------------------------------------------

    def call_back(
        self, handle: int, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> Any:
        """Ask the judge to call one of its own callables."""
        number = self.current
        self.backs += 1
        back = self.backs
        sent: Buffers = []
        request: dict[str, Tree] = {"n": number, "back": back, "handle": handle}
        request["args"] = [self.encode(value, sent) for value in args]
        for name, value in kwargs.items():
            request.setdefault("kwargs", {})[name] = self.encode(value, sent)
        wire.send(self.sock, request, sent)
        while True:
            reply, buffers = wire.receive(self.frames)
            if "do" not in reply:
                break
            self.answer(reply, buffers)  # the callable calls a student's function
            self.current = number
        for index, changed in reply.get("changed", []):
            values = [*args, *kwargs.values()]
            wire.copy_back(values[index], self.decode(changed, buffers))
        if "error" in reply:
            raise rebuild(reply["error"])
        return self.decode(reply["value"], buffers)


class _Remote:
    """A callable that lives in the judge."""

    def __init__(self, child: Child, handle: int, name: str) -> None:
        self._child, self.handle, self.__name__ = child, handle, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._child.call_back(self.handle, args, kwargs)


# --- errors -----------------------------------------------------------------------

# Exceptions that may be raised anew on the other side. AssertionError is left out: a
# student's must not look like the test's own.
ERRORS: dict[str, type[Exception]] = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, Exception)
    and not issubclass(kind, StopIteration | StopAsyncIteration | AssertionError)
}


class StudentError(Exception):
    """An exception of the other process that has no built-in type here."""


def describe(error: BaseException) -> Tree:
    """Type, built-in bases, text and line of an exception, each capped."""
    try:
        text = str(error)[:MAX_ERROR].encode("utf-8", "replace").decode()
    except BaseException:
        text = "(its text could not be read)"
    bases = [kind.__name__[:80] for kind in type(error).__mro__ if kind is not object]
    line, cell = 0, ""
    if isinstance(error, SyntaxError):
        line, cell = error.lineno or 0, str(error.filename or "")
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith("<") and name.endswith(">"):
            line, cell = trace.tb_lineno, name
        trace = trace.tb_next
    return {
        "type": bases[0],
        "bases": bases[:20],
        "text": text,
        "line": line,
        "cell": cell,
    }


def rebuild(form: Tree) -> Exception:
    """The nearest built-in exception to a described one."""
    name, text = str(form["type"])[:80], str(form["text"])[:MAX_ERROR]
    if name == "LinAlgError":
        return np.linalg.LinAlgError(text)
    for base in form["bases"]:
        if base in ("Exception", "BaseException"):
            break
        if base in ERRORS:
            with contextlib.suppress(Exception):
                return ERRORS[base](text)
            break
    return StudentError(f"{name}: {text}" if text else name)


# --- the notebook's surroundings ------------------------------------------------------


def _no_input(prompt: object = "") -> str:
    raise EOFError("input() is not available while grading")


def _plain_python(source: str) -> str:
    """Magics turned into calls where the text is not Python as it stands."""
    try:
        ast.parse(source)
        return source
    except (SyntaxError, ValueError):
        try:
            from IPython.core.inputtransformer2 import TransformerManager
        except ImportError:
            return source
        return TransformerManager().transform_cell(source)  # type: ignore[no-any-return]


def _install_ipython(names: dict[str, Any]) -> None:
    """``get_ipython()`` makes a shell without history when it is first asked."""

    def get_ipython() -> Any:
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        class Shell(InteractiveShell):  # type: ignore[misc]
            def enable_gui(self, gui: Any = None) -> None:
                pass

        if not Shell.initialized():
            config = Config()
            config.HistoryManager.enabled = False
            Shell.instance(config=config, user_ns=names)
        return Shell.instance()

    builtins.get_ipython = get_ipython  # type: ignore[attr-defined]
    silent = types.ModuleType("course_lib.check")
    silent.__class__ = _SilentCheck
    silent.start = lambda *a, **k: None  # type: ignore[attr-defined]
    sys.modules["course_lib.check"] = silent
    if "course_lib" in sys.modules:
        sys.modules["course_lib"].check = silent  # type: ignore[attr-defined]


class _SilentCheck(types.ModuleType):
    """``check("q3")`` left in an answer does nothing while grading."""

    def __call__(self, *args: object, **kwargs: object) -> None:
        return None
