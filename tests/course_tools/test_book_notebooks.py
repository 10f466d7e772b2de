"""Pages become notebooks in plain Markdown, figures get dark twins."""

import nbformat

from course_lib.plotting import CYCLE, DARK, STYLE
from course_tools.book_figures import add_twins, darken
from course_tools.book_notebooks import download, plain


def test_plain_equation_keeps_its_name():
    """A numbered equation is tagged, and a reference shows the tag."""
    text = "By {eq}`eq-hh-gates`:\n\n$$\nx = 1\n$$ (eq-hh-gates)"
    assert plain(text) == "By (hh-gates):\n\n$$\nx = 1\n\\tag{hh-gates}\n$$"


def test_plain_roles_become_words():
    """Terms, names, references and citations read as text."""
    text = "(here)=\n{term}`gate` {api}`rest` {ref}`the end <hh-end>` {cite:p}`C1998`"
    assert plain(text) == "gate `rest` the end C1998"


def test_plain_quiz_hides_reasons():
    """Each option has its reason folded below it, with the verdict first."""
    text = (
        ":::{quiz} Which?\n:name: q\n- (x) One\n\n  Because.\n- ( ) Two\n\n  No.\n:::\n"
    )
    out = plain(text)
    assert "**Question.** Which?" in out and ":::" not in out
    assert "Right. Because." in out and "Not this one. No." in out


def test_plain_prediction_is_asked_before_it_is_told():
    """What is revealed is folded."""
    asked, _, told = plain(":::{predict}\n:name: p\nHow?\n---\nSo.\n:::").partition(
        "<details>"
    )
    assert "How?" in asked and "So." in told


def test_download_has_captions_and_fixed_ids():
    """A figure's caption is a cell below it; the same page gives the same bytes."""
    code = nbformat.v4.new_code_cell("1 + 1")
    code.metadata["mystnb"] = {"figure": {"name": "fig-a", "caption": "See."}}
    page = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("{numref}`fig-a`"), code]
    )
    made = download(page, "part1/a")
    assert [c.source for c in made.cells[1:]] == [
        "Figure 1",
        "1 + 1",
        "*Figure 1.* See.",
    ]
    assert [c["id"] for c in made.cells] == ["a-0", "a-1", "a-2", "a-3"]
    nbformat.validate(made)


def test_download_names_exercises_in_words():
    """Where an objective is practised is told by title, and no bracket is left."""
    card = (
        ":::{header-card}\n:level: any\n:prerequisites: none\n"
        "- walk [ex-walk; ps07 q1 w1]\n- run\n:::"
    )
    exercise = (
        ":::{exercise} Three steps · paper · ★ · 5 min\n:label: ex-walk\nGo.\n:::"
    )
    cells = [nbformat.v4.new_markdown_cell(text) for text in (card, exercise)]
    made = download(nbformat.v4.new_notebook(cells=cells), "part1/a")
    assert made.cells[1].source.endswith(
        "- walk (Three steps; graded ps07 q1, w1)\n- run"
    )


def test_every_course_colour_has_a_dark_one():
    """Cycle, faces, edges and grid all have a twin."""
    used = {c.lower() for c in CYCLE}
    used |= {v.lower() for v in STYLE.values() if str(v).startswith("#")}
    assert used <= set(DARK)


def test_twins_are_written_and_shown(tmp_path):
    """A page shows both drawings, each with its class and the same alt text."""
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "a.svg").write_text('<svg x="1"><g fill="#ffffff"/></svg>')
    (tmp_path / "p.html").write_text('<img alt="A curve." src="_images/a.svg" />')
    assert add_twins(tmp_path) == 1
    page = (tmp_path / "p.html").read_text()
    assert page.count('alt="A curve."') == 2
    assert 'class="course-dark"' in page and "_images/a-dark.svg" in page
    twin = (tmp_path / "_images" / "a-dark.svg").read_text()
    assert twin == darken('<svg x="1"><g fill="#ffffff"/></svg>')
    assert "#ffffff" not in twin and DARK["#ffffff"] in twin
