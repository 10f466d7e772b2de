"""The builder: what a page depends on, and what it says to bad input."""

import json
import os
from pathlib import Path

import pytest

from course_tools import book
from course_tools.errors import CourseError
from tests.support import ROOT

PAGE = """---
file_format: mystnb
---
# Title

```{code-cell} python3
from course_lib import plotting
x = 1
```
"""


def test_key_follows_the_code_and_not_the_prose():
    """Prose does not re-execute a page; code does."""
    assert book.key(PAGE) == book.key(PAGE.replace("# Title", "# Another"))
    assert book.key(PAGE) != book.key(PAGE.replace("x = 1", "x = 2"))


def test_key_follows_the_library(tmp_path):
    """A change in a module that the page reaches, directly or not, changes the key."""
    library = tmp_path / "course_lib"
    library.mkdir()
    (tmp_path / "constraints.txt").write_text("", encoding="utf-8")
    (library / "__init__.py").write_text("", encoding="utf-8")
    (library / "plotting.py").write_text("import course_lib.low\n", encoding="utf-8")
    (library / "low.py").write_text("a = 1\n", encoding="utf-8")
    (library / "other.py").write_text("b = 1\n", encoding="utf-8")
    before = book.key(PAGE, tmp_path)
    (library / "other.py").write_text("b = 2\n", encoding="utf-8")
    assert book.key(PAGE, tmp_path) == before
    (library / "low.py").write_text("a = 2\n", encoding="utf-8")
    assert book.key(PAGE, tmp_path) != before


def test_key_follows_the_library_behind_a_tagged_cell(tmp_path):
    """An import cell with tags counts as well: its options do not hide its code."""
    tagged = PAGE.replace("python3\n", "python3\n:tags: [hide-input]\n", 1)
    assert tagged != PAGE
    library = tmp_path / "course_lib"
    library.mkdir()
    (tmp_path / "constraints.txt").write_text("", encoding="utf-8")
    (library / "__init__.py").write_text("", encoding="utf-8")
    (library / "plotting.py").write_text("a = 1\n", encoding="utf-8")
    before = book.key(tagged, tmp_path)
    (library / "plotting.py").write_text("a = 2\n", encoding="utf-8")
    assert book.key(tagged, tmp_path) != before


def test_reached_finds_modules_through_modules():
    """The chapter reaches the membrane and the array namespace beneath it."""
    source = "from course_lib.neurons import hodgkin_huxley as hh"
    names = {path.relative_to(ROOT).as_posix() for path in book.reached(source)}
    assert {
        "course_lib/neurons/hodgkin_huxley/equations.py",
        "course_lib/arrays.py",
    } <= names


def test_build_refuses_an_unknown_page():
    """A page that is not in _toc.yml is one sentence with the known pages."""
    with pytest.raises(CourseError, match=r"page of _toc\.yml and got .nix."):
        book.build("nix")


def test_tidy_pages_keeps_each_script_once(tmp_path):
    """Twice the same file becomes once, Thebe goes, inline scripts stay."""
    page = tmp_path / "page.html"
    page.write_text(
        '<script defer src="a.js"></script><script src="a.js"></script>'
        "<script>const THEBE_JS_URL = 1</script><script>let b = 1</script>"
        '<section id="exercise-content"></section><section id="what"></section>',
        encoding="utf-8",
    )
    book.tidy_pages(tmp_path)
    assert page.read_text(encoding="utf-8") == (
        '<script defer src="a.js"></script><script>let b = 1</script>'
        '<section></section><section id="what"></section>'
    )


@pytest.mark.skipif(os.name != "posix", reason="kernels talk over TCP on Windows")
def test_a_page_needs_no_port(tmp_path):
    """Kernels that start together cannot take each other's ports: they have none.

    Two of them once chose the same one, and the build failed on a page that was fine.
    """
    ask = "from ipykernel.connect import get_connection_info as c; print(c())"
    page = tmp_path / "page.md"
    page.write_text(
        PAGE.replace("mystnb\n", "mystnb\nkernelspec: {name: python3}\n").replace(
            "from course_lib import plotting", ask
        ),
        encoding="utf-8",
    )
    ran = book.execute("page", page)
    assert "error" not in ran, ran
    (cell,) = [c for c in json.loads(ran["notebook"])["cells"] if "outputs" in c]
    told = json.loads("".join(cell["outputs"][0]["text"]))
    assert told["transport"] == "ipc"
    assert not Path(told["ip"]).parent.exists()  # cleaned up behind it
