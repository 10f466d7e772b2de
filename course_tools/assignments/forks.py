"""Short tasks in forks of this process: each may hang, die or fail for itself."""

import contextlib
import io
import os
import resource
import selectors
import signal
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

Tell: TypeAlias = Callable[[str], None]  # a line for the process that forked
Task: TypeAlias = Callable[[Tell], None]


def fork_map(tasks: Sequence[Task], limit: float, jobs: int) -> list[list[str]]:
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


def _fork(task: Task) -> tuple[int, int]:
    """(pipe to read from, process id) of a fork that runs the task."""
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
