"""A warm process that forks one child per submission; started by exec, holds no secret.

``python -I -m course_tools.grading.zygote FD CONFIG``: imports what the assignment
imports, says hello with its number of threads, then on each request forks a child that
serves the socket it was given. It never runs student code itself and has one thread,
because a fork copies only one. What it holds in memory every child can read, so it is
told nothing about tests, seeds or students.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from course_tools.grading import child, wire

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def main(fd: int, config: dict[str, Any]) -> None:
    """Serve fork and reap requests until the judge hangs up."""
    control = socket.socket(fileno=fd)
    _control_process(PR_SET_CHILD_SUBREAPER, 1)  # strays of a student become ours
    _control_process(PR_SET_PDEATHSIG, signal.SIGKILL)
    missing = []
    for name in config["preload"]:
        try:
            importlib.import_module(name)
        except Exception as error:
            missing.append(f"{name}: {error}")
    if "torch" in sys.modules:
        _warm_torch()
    gc.collect()
    gc.freeze()
    _cpu_since()
    wire.send(control, {"threads": _threads(), "missing": missing}, [])
    pid = 0
    with contextlib.suppress(wire.Ended):
        while True:
            request, _ = wire.receive(control)
            if request["do"] == "fork":
                _, fds, _, _ = socket.recv_fds(control, 1, 1)
                pid = _fork(control, fds[0], request, config)
                os.close(fds[0])
                wire.send(control, {"pid": pid}, [])
            elif request["do"] == "reap":
                wire.send(control, _reap(pid, request["kill"]), [])


def _fork(
    control: socket.socket, fd: int, request: dict[str, Any], config: dict[str, Any]
) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        _control_process(PR_SET_PDEATHSIG, signal.SIGKILL)
        control.close()
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        channel = os.dup2(fd, 3) if fd != 3 else 3
        os.closerange(4, 256)
        os.environ.clear()
        os.environ.update(config["environment"])
        _limit(request)
        with child.scratch(request["folder"]):
            student = child.Child(socket.socket(fileno=channel), config["forbidden"])
            wire.send(student.sock, {"ready": True}, [])
            student.serve()
    finally:
        os._exit(0)


def _limit(request: dict[str, Any]) -> None:
    """rlimits, where the system has them; the wall clock is the judge's."""
    try:
        import resource
    except ImportError:
        return
    megabyte = 1 << 20
    limits = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": int(request["cpu_s"]),
        "RLIMIT_FSIZE": 32 * megabyte,
        "RLIMIT_NOFILE": 256,
    }
    status = Path("/proc/self/statm")
    if status.exists():  # relative to what the warm process has mapped already
        pages = int(status.read_text().split()[0])
        mapped = pages * resource.getpagesize()
        limits["RLIMIT_AS"] = mapped + int(request["memory_mb"]) * megabyte
    for name, value in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))


def _reap(pid: int, kill: bool) -> dict[str, Any]:
    """End the child and everything it left behind; how it ended, what it used."""
    try:
        # One that hung up is given a second, so that its own end is what is told.
        done, until = 0, time.monotonic() + (0 if kill else 1)
        while not done:
            done, status, usage = os.wait4(pid, os.WNOHANG)
            if not done and time.monotonic() >= until:
                os.kill(pid, signal.SIGKILL)
                done, status, usage = os.wait4(pid, 0)
            elif not done:
                time.sleep(0.002)
    except ChildProcessError:
        return {"exit": None, "peak_mb": 0.0, "cpu_s": 0.0}
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    until = time.monotonic() + 5
    while time.monotonic() < until:
        strays = _children()
        for stray in strays:
            with contextlib.suppress(ProcessLookupError):
                os.kill(stray, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not strays:
            break
    scale = 1024 if sys.platform != "darwin" else 1 << 20
    code = os.waitstatus_to_exitcode(status)
    return {
        "exit": code,
        "peak_mb": round(usage.ru_maxrss / scale, 1),
        "cpu_s": _cpu_since(),
    }


_spent = [0.0]


def _cpu_since() -> float:
    """CPU seconds of this process and its children since it was last asked."""
    times = os.times()
    total = times.user + times.system + times.children_user + times.children_system
    since, _spent[0] = total - _spent[0], total
    return round(since, 4)


def _children() -> list[int]:
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    with contextlib.suppress(OSError):
        return [int(word) for word in path.read_text().split()]
    return []


def _control_process(option: int, value: int) -> None:
    """prctl, where there is one."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _threads() -> int:
    path = Path("/proc/self/task")
    return len(list(path.iterdir())) if path.exists() else 1


def _warm_torch() -> None:
    """Pay torch's lazy imports once here instead of in every child."""
    torch = sys.modules["torch"]
    torch.set_num_threads(1)
    x = torch.ones(2, 2, requires_grad=True)
    loss = (torch.nn.Linear(2, 1)(x) ** 2).sum()
    loss.backward()
    torch.optim.Adam([x]).step()


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
