"""A warm process that forks one child per submission; started by exec, holds no secret.

``python -I -m course_tools.grading.zygote FD CONFIG``: imports what the assignment
imports, says hello with its number of threads, then on each request forks a child that
serves the socket it was given, and watches it until it is told to end it. It never runs
student code itself and has one thread, because a fork copies only one. What it holds in
memory every child can read, so it is told nothing about tests, seeds or students.
"""

import contextlib
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from course_tools.grading import child, jail, sandbox, wire

WATCH_S = 0.1  # between two looks at the memory of all of a student's processes
LAZY = ("numpy.random", "numpy.linalg", "numpy.fft")  # else each child loads them
MORE_PROCESSES = 2.0  # what they may use together, in limits of one


@dataclass(frozen=True)
class Config:
    """All that a warm process is told when it is started."""

    wall: str  # one of those of ``sandbox``
    scratch: str  # the only folder that a student may write to
    environment: dict[str, str]  # all variables of a student's process
    preload: Sequence[str]  # modules to import before the first fork
    forbidden: Sequence[str]  # modules that a student may not import
    readable: Sequence[str] = ()  # behind Landlock: what may be read, ...
    listed: Sequence[str] = ()  # ... and folders of which only the names

    def written(self) -> str:
        """As one argument of a command, which `read` takes back."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> "Config":
        """What `written` wrote."""
        return cls(**json.loads(text))


class Zygote:
    """One warm process; at most one student at a time."""

    def __init__(self, control: socket.socket, config: Config) -> None:
        self.control, self.config = control, config
        self.wall, self.scratch = config.wall, config.scratch
        self.fence: int | None = None
        self.pid = self.init = 0  # the student, and the first process of his namespace
        self.limit_mb = self.own_mb = 0.0
        self.too_big = False
        self.spent = 0.0

    def serve(self) -> None:
        """Serve fork and reap requests until the judge hangs up."""
        jail.die_with_parent(adopt=True)  # strays of a student become ours
        if self.wall == "bubblewrap":
            jail.enter(sandbox.NOBODY)
            jail.link_fonts(self.scratch)
        missing = self._preload()
        if self.wall == "landlock":
            self.fence = jail.fence(
                self.config.readable, self.config.listed, self.scratch
            )
        self._cpu()
        hello = {"threads": _threads(), "missing": missing}
        wire.send(self.control, hello, [])
        with contextlib.suppress(wire.Ended):
            while True:
                request = self._next()
                if request["do"] == "fork":
                    _, fds, _, _ = socket.recv_fds(self.control, 1, 1)
                    os.set_inheritable(fds[0], False)
                    self._fork(fds[0], request)
                    wire.send(self.control, {"pid": self.pid}, [])
                else:
                    wire.send(self.control, self._reap(request["kill"]), [])

    def _preload(self) -> list[str]:
        missing = []
        for name in (*LAZY, *self.config.preload):
            try:
                importlib.import_module(name)
            except Exception as error:
                missing.append(f"{name}: {error}")
        if "torch" in sys.modules:
            _warm_torch()
        gc.collect()
        gc.freeze()
        return missing

    def _next(self) -> dict[str, Any]:
        """The next request; meanwhile all of a student's processes are weighed."""
        pause = WATCH_S if self.pid else None
        while not select.select([self.control], [], [], pause)[0]:
            below = jail.descendants()
            used = sum(max(jail.private_mb(pid) - self.own_mb, 0.0) for pid in below)
            if used > self.limit_mb or len(below) > jail.PROCESSES + 2:
                self.too_big = True
                self._kill()
        return wire.receive(self.control)[0]

    def _fork(self, fd: int, request: dict[str, Any]) -> None:
        self.limit_mb = MORE_PROCESSES * request["memory_mb"]
        self.own_mb = jail.private_mb("self")
        self.too_big = False
        own = jail.space() if self.wall == "bubblewrap" else contextlib.nullcontext(0)
        with own as self.init:
            self.pid = os.fork()
            if self.pid == 0:
                self._become_student(fd, request)
        os.close(fd)

    def _become_student(self, fd: int, request: dict[str, Any]) -> None:
        try:
            os.setsid()
            null = os.open(os.devnull, os.O_RDWR)
            for standard in (0, 1, 2):
                os.dup2(null, standard)
            jail.close_in(self.wall, request, self.fence)
            if fd != 3:
                os.dup2(fd, 3, inheritable=False)
            os.closerange(4, jail.FILES)
            os.environ.clear()
            os.environ.update(self.config.environment)
            os.chdir(self.scratch)
            student = child.Child(socket.socket(fileno=3), self.config.forbidden)
            wire.send(student.sock, {"ready": True}, [])
            student.serve()
        finally:
            os._exit(0)

    def _kill(self) -> None:
        """End the student; with the first process of a namespace everything ends."""
        os.kill(self.init or self.pid, signal.SIGKILL)
        if not self.init:
            _kill_all(jail.descendants())

    def _reap(self, kill: bool) -> dict[str, Any]:
        """End the student; how he ended, what he used. His files go with him."""
        starved = jail.starved(self.pid)
        # One that hung up is given a second, so that its own end is what is told.
        until = time.monotonic() + (0 if kill else 1)
        done = 0
        while not done and time.monotonic() < until:
            done, status, usage = os.wait4(self.pid, os.WNOHANG)
            time.sleep(0 if done else 0.002)
        if not done:
            self._kill()
            _, status, usage = os.wait4(self.pid, 0)
        if self.init:
            os.kill(self.init, signal.SIGKILL)
            os.waitpid(self.init, 0)  # it outlives all others of its namespace
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            _end_strays()
            self._wipe()
        self.pid = self.init = 0
        scale = 1024 if sys.platform != "darwin" else 1 << 20
        return {
            "exit": os.waitstatus_to_exitcode(status),
            "peak_mb": round(usage.ru_maxrss / scale, 1),
            "cpu_s": self._cpu(),
            "too_big": self.too_big,
            "starved": starved,
        }

    def _wipe(self) -> None:
        """Leave nothing a student wrote for the next one to read."""
        for path in Path(self.scratch).iterdir():
            if not path.name.startswith("fontlist-"):
                remove = ["rm", "-rf", str(path)]  # trees too deep for Python's own
                os.waitpid(os.posix_spawn("/bin/rm", remove, {}), 0)

    def _cpu(self) -> float:
        """CPU seconds of this process and its children since it was last asked."""
        total = 0.0
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
            usage = resource.getrusage(who)
            total += usage.ru_utime + usage.ru_stime
        since, self.spent = total - self.spent, total
        return round(since, 5)


def _end_strays() -> None:
    """Without a namespace: end what a student started and left to us."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        strays = jail.descendants()
        _kill_all(strays)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not strays:
            break


def _kill_all(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _threads() -> int:
    path = Path("/proc/self/task")
    return len(list(path.iterdir())) if path.exists() else 1


def _warm_torch() -> None:
    """Pay torch's lazy imports once here instead of in every child."""
    torch = sys.modules["torch"]
    torch.set_num_threads(1)
    torch.manual_seed(0)
    x = torch.ones(2, 2, requires_grad=True)
    loss = (torch.nn.Linear(2, 1)(x) ** 2).sum()
    loss.backward()
    torch.optim.Adam([x]).step()


if __name__ == "__main__":
    socket_ = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(socket_.fileno(), False)
    Zygote(socket_, Config.read(sys.argv[2])).serve()
