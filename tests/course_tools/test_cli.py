"""The command line: one sentence for bad input, the table of commands, the layers."""

import subprocess
import sys

import pytest

from course_tools import cli, doctor
from course_tools.errors import CourseError
from tests.support import ROOT


def test_cli_lists_every_command(capsys):
    """`course --help` names each command of the table."""
    with pytest.raises(SystemExit) as stop:
        cli.main(["--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert all(name in text for name in cli.COMMANDS)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_cli_command_has_help_and_runs_its_module(name, capsys):
    """Each command imports, and its --help ends with exit code 0."""
    with pytest.raises(SystemExit) as stop:
        cli.main([name, "--help"])
    assert stop.value.code == 0
    assert cli.COMMANDS[name].split(";")[0][:20] in capsys.readouterr().out


def test_cli_unknown_command_exits_2(capsys):
    """A command that does not exist exits with 2 and names the known ones."""
    with pytest.raises(SystemExit) as stop:
        cli.main(["gradee"])
    assert stop.value.code == 2
    assert "grade" in capsys.readouterr().err


def test_cli_prints_a_course_error_as_one_sentence(monkeypatch, capsys):
    """Bad input becomes one line on stderr and exit code 2, never a traceback."""

    def fail(args):
        raise CourseError("expected a folder, found a file; name the folder")

    monkeypatch.setattr("course_tools.commands.doctor.run", fail)
    assert cli.main(["doctor"]) == 2
    err = capsys.readouterr().err
    assert err == "course doctor: expected a folder, found a file; name the folder\n"


def test_import_course_lib_is_light():
    """`import course_lib` loads neither torch nor matplotlib."""
    code = (
        "import sys, course_lib, course_lib.arrays;"
        "print(sorted({'torch', 'matplotlib'} & set(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"


def test_doctor_runs_on_a_bare_python():
    """The doctor needs the standard library only and never dies of a missing thing."""
    env = {"PATH": "/nonexistent", "PYTHONPATH": str(ROOT)}
    out = subprocess.run(
        [sys.executable, "-S", "-m", "course_tools.doctor"],
        capture_output=True,
        text=True,
        env=env,
        cwd=ROOT,
        check=False,
    )
    assert out.returncode == 0, out.stderr
    assert "MISSING  chromium" in out.stdout
    assert "course doctor --install" in out.stdout


def test_doctor_without_apt_says_what_to_do(monkeypatch, capsys):
    """Where apt is missing, --install is one sentence and exit code 2."""
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    finding = doctor.Finding("chromium", False, "not found", "tests", "install it")
    assert doctor.install([finding]) == 2
    assert "install them by hand" in capsys.readouterr().err


@pytest.mark.parametrize("version", ["3.9", "3.10"])
def test_makefile_refuses_an_old_python(version, tmp_path):
    """`make install` with an old Python stops with one sentence before it installs."""
    fake = tmp_path / "python"
    major, minor = version.split(".")
    fake.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"sys.version_info = ({major}, {minor}, 0)\n"
        "exec(sys.argv[2])\n",
        encoding="utf-8",
    )
    fake.chmod(0o755)
    out = subprocess.run(
        ["make", "-B", "install", f"PYTHON={fake}", f"VENV={tmp_path / 'venv'}"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert out.returncode != 0
    assert f"needs Python 3.11 or newer and found {version}" in out.stderr
    assert not (tmp_path / "venv").exists()
