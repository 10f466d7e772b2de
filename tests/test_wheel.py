"""The wheel, from another folder, at the lower end of the supported range."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.support import ROOT

# The lower end: these with no torch at all. The newest end is constraints.txt.
LOWEST = ("numpy==2.0.2", "scipy==1.13.1", "matplotlib==3.9.2", "scikit-learn==1.5.2")
CLEAN = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}


def _call(*command: object, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=CLEAN,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def lowest(tmp_path_factory):
    """A fresh environment with the wheel, NumPy 2.0 and no torch."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    _call(
        *(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, ROOT),
        cwd=folder,
    )
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    _call(
        *(python, "-m", "pip", "-q", "install", wheel, *LOWEST),
        *("pytest", "hypothesis", "mpmath"),
        cwd=folder,
    )
    return python, folder


@pytest.mark.slow
def test_wheel_imports_without_torch_and_matplotlib(lowest):
    """`import course_lib` from the wheel loads neither torch nor matplotlib."""
    python, folder = lowest
    code = (
        "import sys, course_lib; print(course_lib.__file__, "
        "sorted({'torch', 'matplotlib'} & set(sys.modules)))"
    )
    out = _call(python, "-c", code, cwd=folder)
    assert "site-packages" in out
    assert out.strip().endswith("[]")


@pytest.mark.slow
def test_wheel_passes_library_tests_on_numpy_2_0(lowest):
    """The library's own tests pass on NumPy 2.0 without torch, from another folder."""
    python, folder = lowest
    elsewhere = folder / "elsewhere"
    (elsewhere / "tests").mkdir(parents=True)
    for name in ("conftest.py", "support.py", "course_lib"):
        (elsewhere / "tests" / name).symlink_to(ROOT / "tests" / name)
    (elsewhere / "pytest.ini").write_text(
        "[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider\n"
        "pythonpath = .\nmarkers =\n    gpu: CUDA\n    slow: slow\n",
        encoding="utf-8",
    )
    out = _call(
        *(python, "-m", "pytest", "-q", "-m", "not slow", "tests/course_lib"),
        cwd=elsewhere,
    )
    assert " passed" in out


@pytest.mark.slow
def test_wheel_holds_no_solutions(lowest):
    """The wheel has the two packages and licences, no solutions and no tests."""
    _, folder = lowest
    import zipfile

    (wheel,) = folder.glob("*.whl")
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {t for t in tops if not t.endswith(".dist-info")} == {
        "course_lib",
        "course_tools",
    }
