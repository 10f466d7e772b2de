"""What is missing on this machine, and how to get it.

Standard library only: it runs before anything is installed, as
``python3 -m course_tools.doctor``.
"""

import argparse
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

# Debian's package for each system need; other systems get the sentence only.
DEBIAN = {
    "chromium": "chromium",
    "bubblewrap": "bubblewrap",
    "postgres": "postgresql",
}


class Finding(NamedTuple):
    """One line of the report: what was looked for, whether it is there, the remedy."""

    name: str
    present: bool
    found: str
    needed_for: str
    remedy: str


def _run(*command: str) -> tuple[bool, str]:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, str(error)
    text = (done.stdout or done.stderr).strip().splitlines()
    return done.returncode == 0, text[0] if text else ""


def python() -> Finding:
    """Python 3.11 or newer."""
    return Finding(
        "Python 3.11+",
        sys.version_info >= (3, 11),
        platform.python_version(),
        "everything",
        "install Python 3.11 or newer and run make PYTHON=python3.12",
    )


def venv() -> Finding:
    """The venv module with ensurepip, which Debian packages apart."""
    good, text = _run(sys.executable, "-c", "import ensurepip, venv")
    return Finding(
        "venv and pip",
        good,
        "yes" if good else text,
        "make install",
        "on Debian and Ubuntu: apt-get install python3-venv",
    )


def git() -> Finding:
    """Git, for contributors and for the rotating third of the gates."""
    good, text = _run("git", "--version")
    return Finding(
        "git", good, text, "make test", "install git from https://git-scm.com"
    )


def chromium() -> Finding:
    """A Chromium for the browser tests of the book."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    return Finding(
        "chromium",
        path is not None,
        path or "not found",
        "make test-book (browser tests are skipped without it)",
        "course doctor --install, or install Chromium or Chrome yourself",
    )


def bubblewrap() -> Finding:
    """Bubblewrap that may make namespaces here."""
    remedy = "course doctor --install (Linux only; elsewhere grade in a Linux VM)"
    needed = "the best wall round submissions (Landlock is the next; docs/grading.md)"
    if shutil.which("bwrap") is None:
        return Finding("bubblewrap", False, "not found", needed, remedy)
    good, text = _run("bwrap", "--ro-bind", "/", "/", "--unshare-all", "true")
    if not good:
        remedy = "allow unprivileged user namespaces, or grade in a virtual machine"
    return Finding("bubblewrap", good, "yes" if good else text, needed, remedy)


def postgres() -> Finding:
    """PostgreSQL's server programs, for a test; a course may use any server."""
    places = [*map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    path = shutil.which("initdb") or next(iter(places), None)
    return Finding(
        "postgres",
        path is not None,
        path or "not found",
        "the test of gradebooks in PostgreSQL (skipped without it)",
        "course doctor --install",
    )


def data() -> Finding:
    """The folder of data sets, if one is named."""
    folder = os.environ.get("COURSE_DATA", "")
    good = bool(folder) and os.path.isdir(folder)  # noqa: PTH112 - may be any text
    return Finding(
        "COURSE_DATA",
        good,
        folder or "not set",
        "experiments on MNIST and CIFAR-10 (pages and assignments never need it)",
        "set COURSE_DATA to a folder with mnist/ and cifar-10/, or let the loaders"
        " download",
    )


def packages() -> Finding:
    """The project itself, installed."""
    try:
        version = importlib.metadata.version("neurons-to-networks")
    except importlib.metadata.PackageNotFoundError:
        version = ""
    return Finding(
        "the project", bool(version), version or "not installed", "all", "make install"
    )


CHECKS: tuple[Callable[[], Finding], ...] = (
    python,
    venv,
    git,
    packages,
    chromium,
    bubblewrap,
    postgres,
    data,
)


def install(findings: list[Finding]) -> int:
    """Install the missing system packages with apt; 0 if all are there afterwards."""
    missing = [f.name for f in findings if not f.present and f.name in DEBIAN]
    wanted = [DEBIAN[name] for name in missing]
    if not wanted:
        print("doctor: no system package is missing")
        return 0
    if shutil.which("apt-get") is None:
        print(
            "doctor: expected apt-get to install "
            + ", ".join(wanted)
            + f" and found none on this {platform.system()}; install them by hand",
            file=sys.stderr,
        )
        return 2
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", *wanted]):
        print("+", " ".join(sudo + command), flush=True)
        code = subprocess.run(
            [*sudo, *command], stdout=subprocess.DEVNULL, check=False
        ).returncode
        if code:
            print(f"doctor: '{' '.join(command)}' failed ({code})", file=sys.stderr)
            return 2
    return 0


def main(argv: list[str] | None = None) -> int:
    """Print the report; with --install, get what apt has."""
    parser = argparse.ArgumentParser(prog="course doctor", description=__doc__)
    parser.add_argument(
        "--install", action="store_true", help="install missing system packages (apt)"
    )
    args = parser.parse_args(argv)
    return report(install_missing=args.install)


def report(*, install_missing: bool) -> int:
    """Print each finding; 0 unless Python or venv is missing or the install failed."""
    findings = [check() for check in CHECKS]
    for finding in findings:
        mark = "ok     " if finding.present else "MISSING"
        print(f"{mark}  {finding.name:14s} {finding.found}")
        if not finding.present:
            print(f"         for {finding.needed_for}: {finding.remedy}")
    if install_missing:
        return install(findings)
    return 0 if findings[0].present and findings[1].present else 1


if __name__ == "__main__":
    raise SystemExit(main())
