"""The walls round one student's process, one kernel call at a time (Linux only).

Two kinds of wall. With bubblewrap outside (``sandbox``) the warm process has a user
and a process namespace of its own, and each student one more of every kind inside it:
nothing to see, nothing to signal, a scratch folder in memory. Where namespaces are not
allowed, Landlock fences the files and the signals off. Both end with limits, no
capabilities and a filter of system calls; these need no privilege.

``enter`` is called once by the warm process, ``space`` round each fork, ``close_in``
by the child as the last thing before it runs a student's code.
"""

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from course_tools.grading import sandbox

SCRATCH = "/tmp"  # a file system in memory, one for each student
SCRATCH_MB, FILE_MB, FILES, PROCESSES = 64, 32, 256, 64

_NEW = {  # flags of unshare and setns
    "mount": 0x00020000,
    "cgroup": 0x02000000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
_READ_ONLY, _NO_SETUID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8
_BIND, _RECURSIVE, _PRIVATE = 1 << 12, 1 << 14, 1 << 18
_PDEATHSIG, _DUMPABLE, _SECCOMP, _DROP, _SUBREAPER, _NO_NEW_PRIVS = 1, 4, 22, 24, 36, 38
_LAND_CREATE, _LAND_ADD, _LAND_RESTRICT = 444, 445, 446


def _libc(name: str, *arguments: Any) -> int:
    """A function of the C library; what it refuses is an OSError with its name."""
    library = ctypes.CDLL(None, use_errno=True)
    result = int(getattr(library, name)(*arguments))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _prctl(option: int, *values: Any) -> None:
    _libc("prctl", option, *values, *[0] * (4 - len(values)))


# --- the warm process ---------------------------------------------------------------

_own_pids: list[int] = []  # a descriptor of the warm process's own namespace


def die_with_parent(adopt: bool = False) -> None:
    """End with the process that started this one; ``adopt`` what children leave."""
    with contextlib.suppress(OSError, AttributeError):
        _prctl(_PDEATHSIG, signal.SIGKILL)
        if adopt:
            _prctl(_SUBREAPER, 1)


def enter(uid: int) -> None:
    """Become an ordinary user who may make namespaces; returns in a new process.

    The old process only waits for the new one, which is the first of its namespace:
    when it ends, the kernel ends everything below it.
    """
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    _unshare("user", "pid", "mount")
    inner = os.fork()
    if inner:
        os.closerange(3, FILES)
        os.waitpid(inner, 0)
        os._exit(0)
    die_with_parent(adopt=True)
    _own_pids.append(os.open("/proc/self/ns/pid", os.O_RDONLY))
    _prctl(_DUMPABLE, 0)


def _unshare(*kinds: str) -> None:
    """New namespaces; in a new user namespace one stays who one is."""
    uid, gid = os.getuid(), os.getgid()
    if "user" in kinds:
        _prctl(_DUMPABLE, 1)  # or the maps belong to root
    _libc("unshare", sum(_NEW[kind] for kind in kinds))
    if "user" in kinds:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


@contextlib.contextmanager
def space() -> Iterator[int]:
    """Processes forked inside are in a new namespace; its first process is yielded.

    That one only sleeps. A student who were the first could not be killed by himself,
    and his end would not be told as it was.
    """
    _libc("unshare", _NEW["pid"])
    try:
        yield os.posix_spawn("/bin/sleep", ["sleep", "infinity"], {}, setsid=True)
    finally:
        _libc("setns", _own_pids[0], _NEW["pid"])


# --- the student's process ----------------------------------------------------------


def close_in(wall: str, request: Mapping[str, Any], fence: int | None) -> None:
    """Shut this process in; what ``wall`` promises and cannot be had raises OSError."""
    die_with_parent()
    limits = _limits(request)  # read before /proc is gone
    with contextlib.suppress(OSError):  # the first to go when the machine is full
        Path("/proc/self/oom_score_adj").write_text("1000")
    if wall == "bubblewrap":
        _unshare("user", "mount", "ipc", "net", "uts", "cgroup")
        _mounts()
        limits["RLIMIT_NPROC"] = PROCESSES  # counted within the user namespace
    for name, value in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))
    if wall != "none":
        _prctl(_NO_NEW_PRIVS, 1)
        if fence is not None:
            _libc("syscall", _LAND_RESTRICT, fence, 0)
        _drop_capabilities()
        _prctl(_DUMPABLE, 0)
        _prctl(_PDEATHSIG, signal.SIGKILL)  # a change of credentials clears it
        _filter_calls()


def _mounts() -> None:
    """A scratch folder and shared memory in memory, of limited size; no /proc."""
    safe = _NO_SETUID | _NO_DEVICES
    size = f"size={SCRATCH_MB}m,nr_inodes=8192,mode=0700".encode()
    _libc("mount", None, b"/", None, _RECURSIVE | _PRIVATE, None)
    kept = {  # a course that itself lies under /tmp
        path: os.open(path, os.O_PATH)
        for path in sandbox.python_folders()
        if path.is_relative_to(SCRATCH)
    }
    for folder in (SCRATCH.encode(), b"/dev/shm"):
        _libc("mount", b"tmpfs", folder, b"tmpfs", safe, size)
    for path, handle in kept.items():
        path.mkdir(parents=True, exist_ok=True)
        here = f"/proc/self/fd/{handle}".encode()
        _libc("mount", here, bytes(path), None, _BIND | _RECURSIVE, None)
        os.close(handle)
    _libc("mount", b"tmpfs", b"/proc", b"tmpfs", safe | _NO_PROGRAMS | _READ_ONLY, None)
    link_fonts(SCRATCH)


def link_fonts(folder: str) -> None:
    """matplotlib's list of fonts, where the sandbox has one."""
    for path in Path(sandbox.FONTS).glob("fontlist-*"):
        Path(folder, path.name).symlink_to(path)


def _limits(request: Mapping[str, Any]) -> dict[str, int]:
    """Names and values of resource limits; the wall clock is the judge's."""
    limits = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": int(request["cpu_s"]),
        "RLIMIT_FSIZE": FILE_MB << 20,
        "RLIMIT_NOFILE": FILES,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
    status = Path("/proc/self/statm")
    if status.exists():  # relative to what the warm process has mapped already
        mapped = int(status.read_text().split()[0]) * resource.getpagesize()
        limits["RLIMIT_AS"] = mapped + (int(request["memory_mb"]) << 20)
    return limits


def _drop_capabilities() -> None:
    for number in range(64):
        with contextlib.suppress(OSError):
            _prctl(_DROP, number)
    header, nothing = struct.pack("Ii", 0x20080522, 0), bytes(24)
    _libc("capset", header, nothing)


# --- memory of all of a student's processes -----------------------------------------


def descendants(path: str = "/proc/thread-self/children") -> list[int]:
    """Processes below this one, by their numbers in /proc, if there is one."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for word in Path(path).read_text().split():
            found.append(int(word))
            found += descendants(f"/proc/{word}/task/{word}/children")
    return found


def private_mb(process: int | str) -> float:
    """Memory of a process that is no file's; a fork's counts what it shares."""
    total = 0
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith(("RssAnon", "RssShmem")):
                total += int(line.split()[1])
    return total / 1024


def starved(process: int) -> bool:
    """Whether a process waited longer for a processor than it had one, if that is told.

    One that hangs or sleeps has done neither.
    """
    with contextlib.suppress(OSError, ValueError):
        had, waited, _ = map(
            int, Path(f"/proc/{process}/schedstat").read_text().split()
        )
        return waited > max(had, 500_000_000)  # nanoseconds
    return False


# --- which system calls -------------------------------------------------------------

# Calls an answer has no use for: other processes' memory, mounts and namespaces, keys,
# memory that no limit counts, the machine's clock and name; sessions, among which the
# kernel shares the processors: who made many would have all. (x86_64, aarch64)
_DENIED = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "mknodat": (259, 33),
    "mknod": (133, None),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "vmsplice": (278, 75),
    "mbind": (237, 235),
    "move_pages": (279, 239),
    "personality": (135, 92),
    "modify_ldt": (154, None),
    "iopl": (172, None),
    "ioperm": (173, None),
    "quotactl": (179, 60),
    "acct": (163, 89),
    "syslog": (103, 116),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "setsid": (112, 157),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
}
_MACHINES = {"x86_64": (0, 0xC000003E, 41, 56), "aarch64": (1, 0xC00000B7, 198, 220)}
_LOAD, _EQUAL, _ABOVE, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x50001, 0x50026
_CLONE3 = 435


def _program() -> bytes:
    """The filter as instructions of the kernel's small machine, for this processor."""
    column, machine, socket, clone = _MACHINES[platform.machine()]
    spaces = sum(_NEW.values())
    lines = [  # code, jumps if true and if false, constant
        (_LOAD, 0, 0, 4),  # which processor's calls
        (_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # which call
        (_ABOVE, 0, 1, 0x40000000),  # the x32 twins of all calls
        (_RETURN, 0, 0, _EPERM),
        (_EQUAL, 0, 1, _CLONE3),  # its flags cannot be seen; clone is tried next
        (_RETURN, 0, 0, _ENOSYS),
    ]
    for numbers in _DENIED.values():
        number = numbers[column]
        if number is not None:
            lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _EPERM)]
    lines += [
        (_EQUAL, 0, 3, socket),
        (_LOAD, 0, 0, 16),
        (_EQUAL, 4, 0, 1),  # AF_UNIX: worker processes of torch use it
        (_RETURN, 0, 0, _EPERM),
        (_EQUAL, 0, 2, clone),
        (_LOAD, 0, 0, 16),
        (_ANY_BIT, 1, 0, spaces),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _EPERM),
    ]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def _filter_calls() -> None:
    if platform.machine() not in _MACHINES:
        raise OSError(
            errno.ENOSYS, f"no filter of system calls for {platform.machine()}"
        )
    program = ctypes.create_string_buffer(_program())
    count = (len(program) - 1) // 8
    head = struct.pack("HxxxxxxP", count, ctypes.addressof(program))
    _prctl(_SECCOMP, 2, head)


# --- Landlock: files and signals without namespaces ---------------------------------

_LOOK, _LIST = 0b101, 0b1000  # to read and run a file; to list a folder
_NET, _SIGNALS = 0b11, 0b11  # no TCP; no signal and no abstract socket to outside


def landlock_version() -> int:
    """The kernel's version of Landlock, 0 without."""
    try:
        return _libc("syscall", _LAND_CREATE, None, 0, 1)
    except OSError:
        return 0


def fence(readable: Sequence[str], listed: Sequence[str], scratch: str) -> int:
    """A descriptor of rules: read these, list those folders, write scratch only."""
    version = landlock_version()
    rights = (1 << min(13 + sum(version > v for v in (1, 2, 4)), 16)) - 1
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = struct.pack("QQQ", rights, _NET, _SIGNALS)[:size]
    ruleset = _libc("syscall", _LAND_CREATE, rules, size, 0)
    places = [(path, _LOOK | _LIST) for path in readable]
    places += [(path, _LIST) for path in listed]
    places += [("/dev/null", 0b110), ("/dev/urandom", 0b100), (scratch, rights)]
    for path, allowed in places:
        if not Path(path).exists():
            continue
        if not Path(path).is_dir():
            allowed &= 0b111  # a file cannot be listed
        target = os.open(path, os.O_PATH)
        rule = struct.pack("=Qi", allowed, target)
        _libc("syscall", _LAND_ADD, ruleset, 1, rule, 0)
        os.close(target)
    return ruleset


def _probe(wall: str) -> int:
    """0 if the walls stand here; run by ``sandbox.level`` in a process of its own."""
    request = {"cpu_s": 60, "memory_mb": 256}
    rules = None
    if wall == "bubblewrap":
        enter(sandbox.NOBODY)
        with space():
            child = os.fork()
    else:
        rules = fence(["/usr"], [], "/tmp")
        child = os.fork()
    if child == 0:
        try:
            close_in(wall, request, rules)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    import sys

    sys.exit(_probe(sys.argv[1]))
