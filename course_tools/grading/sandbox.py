"""Which walls this machine can build round student code, and how they are asked for.

``level()`` is the best of three that really works here (it is tried, not guessed):

- ``bubblewrap``: what is not listed does not exist inside. No home, no course, no other
  submission, no network, no process to see; each student has namespaces of his own.
- ``landlock``: where namespaces are not allowed (many containers). Other files exist
  but cannot be opened, other processes cannot be signalled; see ``docs/grading.md`` for
  what is withheld.
- ``none``: limits on time and memory only; ``course grade`` wants ``--no-sandbox``.

Modules an assignment asks to be written are missing as files behind both walls. The
kernel calls are in ``jail``.
"""

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

NOBODY = 65534  # what a grader run by root becomes inside
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/fonts")
_WALL = (
    "--unshare-pid --unshare-net --unshare-ipc --unshare-uts --die-with-parent "
    "--cap-drop ALL --proc /proc --dev /dev --perms 1777 --tmpfs /tmp"
).split()
FONTS = "/run/course-fonts"  # matplotlib's list of fonts; to build it takes a second

# What an answer could do behind the weaker walls and not behind the first.
MISSING = {
    "bubblewrap": (),
    "landlock": (
        "see which processes run and which files exist (not what they hold)",
        "fill the disk of temporary files until its time is over",
    ),
    "none": (
        "read and change what the grading user may read and change",
        "use the network",
        "signal or trace the grader",
    ),
}


@functools.cache
def level() -> str:
    """The best wall that stands on this machine."""
    if shutil.which("bwrap") and _stands("bubblewrap", command(())):
        return "bubblewrap"
    if sys.platform == "linux" and _stands("landlock", []):
        return "landlock"
    return "none"


def _stands(wall: str, wrapper: Sequence[str]) -> bool:
    python = [sys.executable, "-I", "-m", "course_tools.grading.jail", wall]
    try:
        done = subprocess.run(
            [*wrapper, *python], capture_output=True, check=False, timeout=20, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


# --- bubblewrap ---------------------------------------------------------------------


def command(forbidden: Sequence[str]) -> list[str]:
    """What to put before a command to run it inside; only /tmp can be written."""
    binds: list[str] = []
    if os.getuid() == 0:  # a real other user: limits and file rights hold for him
        binds += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    for path in _SYSTEM:
        if Path(path).is_symlink():
            binds += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).is_dir():
            binds += ["--ro-bind", path, path]
    for path in (*_SETTINGS, *map(str, python_folders())):
        if Path(path).exists():
            for parent in reversed(Path(path).parents[:-1]):
                binds += ["--perms", "0755", "--dir", str(parent)]
            binds += ["--ro-bind", path, path]
    for font in font_lists():
        binds += ["--perms", "0755", "--dir", FONTS]
        binds += ["--ro-bind", str(font), f"{FONTS}/{font.name}"]
    for gone in hidden(forbidden):
        if gone.is_dir():
            binds += ["--tmpfs", str(gone)]
        else:
            binds += ["--ro-bind", "/dev/null", str(gone)]
    end = ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]
    return ["bwrap", *_WALL, *binds, *end]


@functools.cache
def python_folders() -> tuple[Path, ...]:
    """Folders of this interpreter, its packages and ours, if not under /usr."""
    places = [sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent)]
    for name in ("course_lib", "course_tools"):
        spec = importlib.util.find_spec(name)
        places += list(spec.submodule_search_locations or ()) if spec else []
    return tuple(sorted({p for p in map(Path, places) if not p.is_relative_to("/usr")}))


def font_lists() -> list[Path]:
    """matplotlib's lists of fonts in the cache of this user."""
    cache = Path(os.environ.get("MPLCONFIGDIR") or Path.home() / ".cache/matplotlib")
    return sorted(cache.glob("fontlist-*.json"))


def hidden(forbidden: Iterable[str]) -> list[Path]:
    """Files and folders of modules that must not be there, compiled ones too."""
    found: list[Path] = []
    for module in forbidden:
        try:
            spec = importlib.util.find_spec(module)
        except (ImportError, ValueError):
            continue
        if spec is None:
            continue
        if spec.submodule_search_locations:
            found += map(Path, spec.submodule_search_locations)
        elif spec.origin is not None and Path(spec.origin).exists():
            path = Path(spec.origin)
            found += [path, *path.parent.glob(f"__pycache__/{path.stem}.*")]
    return found


# --- Landlock -----------------------------------------------------------------------


def readable(forbidden: Sequence[str]) -> tuple[list[str], list[str]]:
    """Paths that may be read whole, and folders round a forbidden module to list."""
    without = hidden(forbidden)
    whole: list[str] = []
    listed: list[str] = []
    waiting = [Path(p) for p in (*_SYSTEM, *_SETTINGS)] + list(python_folders())
    while waiting:
        place = waiting.pop()
        if place in without:
            continue
        if any(path.is_relative_to(place) for path in without):
            listed.append(str(place))
            waiting += place.iterdir()
        else:
            whole.append(str(place))
    return whole, listed
