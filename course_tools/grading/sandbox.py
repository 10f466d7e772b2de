"""A first wall round the warm process: bubblewrap, where it is installed and allowed.

What is not listed does not exist inside: no home, no course folder, no solutions, no
other submission, no network, no process of the grader to see or to signal. Modules an
assignment asks to be written are missing as files. The warm process is the unit; its
children share the wall, and the judge wipes their common folder between two students.
Without bubblewrap the engine still runs, and every record says ``"sandbox": "none"``.
"""

import functools
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/fonts")
_WALL = (
    "--unshare-pid --unshare-net --unshare-ipc --unshare-uts --die-with-parent "
    "--cap-drop ALL --proc /proc --dev /dev --tmpfs /tmp"
).split()


def command(folder: str, forbidden: Sequence[str]) -> list[str]:
    """The command to put before another one; ``folder`` is all that can be written."""
    binds: list[str] = []
    for path in _SYSTEM:
        if Path(path).is_symlink():
            binds += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).is_dir():
            binds += ["--ro-bind", path, path]
    for path in (*_SETTINGS, *_python()):
        if Path(path).exists():
            binds += ["--ro-bind", path, path]
    for module in forbidden:
        binds += _without(module)
    binds += ["--bind", folder, folder, "--chdir", folder]
    return ["bwrap", *_WALL, *binds, "--remount-ro", "/"]


@functools.cache
def _python() -> tuple[str, ...]:
    """Folders of this interpreter, its packages and ours, if not under /usr."""
    places = [sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent)]
    for name in ("course_lib", "course_tools"):
        spec = importlib.util.find_spec(name)
        places += list(spec.submodule_search_locations or ()) if spec else []
    kept = {p for p in map(Path, places) if not p.is_relative_to("/usr")}
    return tuple(sorted(str(p) for p in kept))


def _without(module: str) -> list[str]:
    """Arguments that take a module's file, or a package's folder, away."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return []
    if spec is None:
        return []
    if spec.submodule_search_locations:
        return [
            a for place in spec.submodule_search_locations for a in ("--tmpfs", place)
        ]
    if spec.origin is None or not Path(spec.origin).exists():
        return []
    compiled = Path(spec.origin).parent / "__pycache__"
    hide = ["--ro-bind", "/dev/null", spec.origin]
    return [*hide, "--tmpfs", str(compiled)] if compiled.is_dir() else hide


@functools.cache
def available() -> bool:
    """Whether bubblewrap is here and may make the namespaces it needs."""
    if shutil.which("bwrap") is None:
        return False
    probe = ["bwrap", *_WALL, "--ro-bind", "/", "/", "true"]
    try:
        done = subprocess.run(probe, capture_output=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
