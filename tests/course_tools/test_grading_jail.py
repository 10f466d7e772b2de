"""The filter of system calls and the choice of walls, without any process."""

import errno
import platform
import struct

import pytest

from course_tools.grading import jail, sandbox

ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
MACHINES = {
    "x86_64": {"audit": 0xC000003E, "read": 0, "socket": 41, "clone": 56, "column": 0},
    "aarch64": {
        "audit": 0xC00000B7,
        "read": 63,
        "socket": 198,
        "clone": 220,
        "column": 1,
    },
}


def _verdict(program, call, audit, argument=0):
    """What the kernel's small machine says to a call: loads, jumps, returns."""
    lines = [
        struct.unpack_from("HBBI", program, at) for at in range(0, len(program), 8)
    ]
    words = {0: call, 4: audit, 16: argument}
    at = value = 0
    while True:
        code, yes, no, constant = lines[at]
        at += 1
        if code == 0x20:
            value = words[constant]
        elif code == 0x06:
            return constant
        else:
            jump = {
                0x15: value == constant,
                0x35: value >= constant,
                0x45: bool(value & constant),
            }
            at += yes if jump[code] else no


@pytest.fixture(params=MACHINES)
def machine(request, monkeypatch):
    """Both processors, one after the other; the verdict of a call on each."""
    monkeypatch.setattr(platform, "machine", lambda: request.param)
    facts = MACHINES[request.param]
    program = jail._program()
    return facts, lambda call, argument=0: _verdict(
        program, call, facts["audit"], argument
    )


def test_every_listed_call_is_denied(machine):
    """Each call of the table, and each twin of the x32 kind, is refused with EPERM."""
    facts, verdict = machine
    for numbers in jail._DENIED.values():
        number = numbers[facts["column"]]
        if number is not None:
            assert verdict(number) == EPERM
    assert verdict(0x40000000 + facts["read"]) == EPERM


def test_ordinary_calls_pass(machine):
    """Reading, local sockets, forks, threads pass; another processor's call kills."""
    facts, verdict = machine
    threads = 0x3D0F00
    assert verdict(facts["read"]) == ALLOW
    assert verdict(facts["socket"], 1) == ALLOW
    assert verdict(facts["clone"], 17) == verdict(facts["clone"], threads) == ALLOW
    assert _verdict(jail._program(), facts["read"], 0x40000003) == KILL


def test_networks_and_new_namespaces_are_denied(machine):
    """Every other family of sockets and every namespace flag of clone is refused."""
    facts, verdict = machine
    for family in (2, 10, 16, 17, 40):
        assert verdict(facts["socket"], family) == EPERM
    for flag in jail._NEW.values():
        assert verdict(facts["clone"], 17 | flag) == EPERM
    assert verdict(435) == ENOSYS  # clone3: the caller falls back to clone


def test_an_unknown_processor_has_no_wall(monkeypatch):
    """Where the filter's numbers are not known the wall is refused, not thinner."""
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(OSError, match="no filter of system calls for riscv64"):
        jail._filter_calls()


def test_level_is_the_best_wall_that_stands(monkeypatch):
    """bubblewrap, else Landlock, else none: by what stands when it is tried."""
    for standing in (["bubblewrap", "landlock"], ["landlock"], []):
        monkeypatch.setattr(sandbox, "_stands", lambda wall, _, up=standing: wall in up)
        monkeypatch.setattr(sandbox.shutil, "which", lambda name: name)
        monkeypatch.setattr(sandbox.sys, "platform", "linux")
        assert sandbox.level.__wrapped__() == [*standing, "none"][0]


def test_forbidden_module_is_not_among_what_may_be_read():
    """Behind Landlock a forbidden module's file is the one hole in the package."""
    whole, listed = sandbox.readable(["course_lib.optim.adam", "course_lib.neurons"])
    hidden = sandbox.hidden(["course_lib.optim.adam", "course_lib.neurons"])
    assert any(path.name == "adam.py" for path in hidden)
    for path in hidden:
        assert not any(path.is_relative_to(place) for place in whole)
        assert str(path.parent) in listed or not path.exists()
