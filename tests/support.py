"""What several tests share: requirements that skip, or fail where CI demands them."""

import functools
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _has_chromium() -> bool:
    return chromium() is not None


def _has_bwrap() -> bool:
    """Bubblewrap that is installed and allowed to make a namespace."""
    if shutil.which("bwrap") is None:
        return False
    command = ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _has_axe() -> bool:
    return (ROOT / "tests" / "book" / "axe.min.js").exists()


def _has_data() -> bool:
    folder = os.environ.get("COURSE_DATA")
    return bool(folder) and Path(folder).is_dir()


def _has_postgres() -> bool:
    """PostgreSQL's server programs; root must have a user to run them as."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), shutil.which("initdb")]
    return any(places)


def chromium() -> str | None:
    """Path of a Chromium or Chrome on this machine, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next(filter(None, map(shutil.which, names)), None)


CHECKS: dict[str, tuple[Callable[[], bool], str]] = {
    "chromium": (_has_chromium, "Chromium"),
    "bwrap": (_has_bwrap, "bubblewrap with user namespaces"),
    "axe": (_has_axe, "tests/book/axe.min.js"),
    "postgres": (_has_postgres, "PostgreSQL's server"),
    "data": (_has_data, "COURSE_DATA naming the folder of data sets"),
}


@functools.cache
def _present(name: str) -> bool:
    return CHECKS[name][0]()


def requires(name: str) -> None:
    """Skip the calling test without ``name``; fail it if COURSE_REQUIRE lists it."""
    if _present(name):
        return
    reason = f"requires {name}: {CHECKS[name][1]} is missing ('course doctor' says how)"
    if name in os.environ.get("COURSE_REQUIRE", "").split(","):
        pytest.fail(reason)
    pytest.skip(reason)
