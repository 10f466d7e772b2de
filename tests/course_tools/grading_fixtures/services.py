"""Servers that grading talks to, each started for real and ended with the block."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support import ROOT

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@contextlib.contextmanager
def postgres():
    """URL of a fresh server on a socket in a folder of its own."""
    programs = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"))), None)
    initdb = shutil.which("initdb", path=programs) or shutil.which("initdb")
    programs = Path(initdb).resolve().parent
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    user = {"cwd": "/"}
    if os.getuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        user |= {"user": "postgres", "group": "postgres"}
    data = str(folder / "data")
    made = [programs / "initdb", "-D", data, "-U", "course", "-A", "trust", "-N"]
    subprocess.run(made, check=True, **QUIET, **user)
    options = [f"-cunix_socket_directories={folder}", "-clisten_addresses=", "-F"]
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, *options], **QUIET, **user
    )
    try:
        while not list(folder.glob(".s.PGSQL.*")):
            assert server.poll() is None
            time.sleep(0.05)
        yield f"postgresql+psycopg://course@/postgres?host={folder}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def cluster(folder, workers=2):
    """Address of a Dask scheduler on loopback, and its workers' processes."""
    program = Path(sys.executable).with_name("dask")
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    env["TMPDIR"] = str(folder)  # what a killed worker leaves lies there
    started = []

    def dask(*words):
        command = [program, *words, "--no-dashboard"]
        started.append(subprocess.Popen(command, env=env, **QUIET))

    file = Path(folder, "scheduler.json")
    place = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    try:
        dask("scheduler", *place)
        while not (file.exists() and file.read_text().endswith("}")):
            assert started[0].poll() is None
            time.sleep(0.05)
        address = json.loads(file.read_text())["address"]
        local = ("--local-directory", str(Path(folder, "dask")), "--nthreads", "1")
        for _ in range(workers):
            dask("worker", address, *local)
        yield address, started[1:]
    finally:
        for one in reversed(started):
            one.terminate()
            one.wait()


def descendants(pid):
    """Processes below one, parents first."""
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").glob("*"):
            for word in (task / "children").read_text().split():
                found += [int(word), *descendants(word)]
    return found


def cmdline(pid):
    """The words a process was started with; nothing if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
