"""The guides: plans, errata, the benchmark report, the forms, the book on paper."""

import argparse
import csv
import importlib
import re

import pytest
import yaml

from course_tools import book, book_pdf, coverage
from course_tools.errors import CourseError
from tests.book.site import SITE, pages
from tests.support import ROOT, requires


def test_every_erratum_has_its_right_form_and_a_check():
    """The list is that of the coverage map; each row has a test or a reason."""
    with (ROOT / "book" / "errata.csv").open(encoding="utf-8", newline="") as file:
        right = {row["id"]: row["right"] for row in csv.DictReader(file)}
    rows = [row for row in coverage.read(ROOT) if row.kind == "erratum"]
    assert [row.id for row in rows] == list(right)
    assert all(right.values())
    assert [row.id for row in rows if not (row.test or row.why_not)] == []


def test_semester_has_every_chapter_and_every_notebook_once():
    """The plan of the instructor guide names each chapter and each assignment."""
    text = (ROOT / "book" / "instructor_guide.md").read_text(encoding="utf-8")
    chapters = [name for name in book.pages() if name.startswith("part")]
    assert sorted(re.findall(r"part\d/\w+", text)) == sorted(chapters)
    written = {path.name for path in (ROOT / "solutions").glob("ps*")}
    planned = re.findall(r"\| (ps\d\d_\w+) \|", text)
    assert written <= set(planned)
    assert len(planned) == len(set(planned))


def test_commands_of_the_guides_exist():
    """Each ``course ...`` in a guide is a command, with options that it knows."""
    for name in ("instructor_guide", "student_guide", "accessibility"):
        text = (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")
        found = re.findall(r"(?:^|`)course ([a-z][^`\n]*)", text, re.M)
        assert found
        for line in found:
            command, *words = line.split()
            module = "course_tools.commands." + command.replace("-", "_")
            parser = argparse.ArgumentParser(exit_on_error=False)
            importlib.import_module(module).add_arguments(parser)
            parser.parse_args(words)


def test_words_in_other_letters_say_their_language():
    """Cyrillic stands in the role of its language only, so that it can be spoken."""
    for path in (ROOT / "book").rglob("*.md"):
        text = re.sub(r"\{(ru|uk)\}`[^`]*`", "", path.read_text(encoding="utf-8"))
        assert not re.findall(r"[\u0400-\u04ff]+", text), path.name


def test_benchmark_report_keeps_what_was_missed():
    """The built page says of every aim reached, missed or not measured."""
    page = (SITE / "benchmarks.html").read_text(encoding="utf-8")
    told = re.search(r"(\d+) of (\d+) aims reached, (\d+) missed, (\d+) not meas", page)
    assert told
    reached, total, missed, unknown = map(int, told.groups())
    assert reached + missed + unknown == total
    assert page.count("<strong>missed</strong>") == missed


def test_issue_forms_can_be_read():
    """Each form is YAML with a name, and fields that have labels."""
    forms = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
    assert len(forms) >= 4
    for path in forms:
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        for field in form.get("body", []):
            assert field["type"] == "markdown" or field["attributes"]["label"]
        assert path.stem == "config" or {"name", "description", "body"} <= set(form)


def test_printed_page_has_every_link_inside():
    """Joined, every link has its target in the one page, and no id stands twice."""
    pages()  # fails with a sentence if the book is not built
    text = book_pdf.joined(SITE, book.pages())
    ids = re.findall(r'\sid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', text)) <= set(ids) - {"cover"}


PAGE = """<html><head><link rel="stylesheet" href="../_static/a.css"></head><body>
<article><h1>{title}<a class="headerlink" href="#same">#</a></h1>
<p class="course-buttons"><a href="../_notebooks/a.ipynb">Download</a></p>
<div id="same"></div><div id="same"></div><a href="{link}">there</a>
<img src="../_images/a.svg"><script>alert()</script>
<details class="admonition hide"><p>code</p></details>
<div class="course-quiz"><details data-correct="true"><p>Yes</p></details></div>
<div class="explore-controls" hidden><label>Rate: 0.1<input type="range"></label></div>
</article></body></html>"""


def test_pages_are_made_ready_for_paper(tmp_path):
    """Ids of their own, links inside, answers open, dials told, no code, no buttons."""
    (tmp_path / "part1").mkdir()
    for name, link in (("spikes", "perceptrons.html#same"), ("perceptrons", "#same")):
        text = PAGE.format(title=f"On {name}", link=link)
        (tmp_path / f"part1/{name}.html").write_text(text, encoding="utf-8")
    text = book_pdf.joined(tmp_path, ["part1/spikes", "part1/perceptrons"])
    assert text.count('id="p0-same"') == text.count('id="p1-same"') == 1
    assert text.count('href="#p1-same"') == 2  # from both pages
    assert '<a href="#p1">On perceptrons</a>' in text  # the contents
    assert text.index(">Neurons<") < text.index(">On spikes<")
    assert text.count('src="_images/a.svg"') == 2 and "../" not in text
    assert text.count('<details data-correct="true" open="">') == 2
    assert text.count('<details class="admonition hide">') == 2
    assert text.count("Rate: 0.1</label>") == 2 and 'hidden=""' not in text
    for gone in ("<script", "<input", "Download", "headerlink"):
        assert gone not in text.partition("<body>")[2]


def test_sheets_of_a_pdf_are_found():
    """Page objects in their order, named places by the page that they point to."""
    pdf = b"""%PDF-1.4
7 0 obj
<</Type /Page\n/Parent 9 0 R>>
endobj
8 0 obj
<</Type /Page\n/Parent 9 0 R>>
endobj
9 0 obj
<</Type /Pages\n/Kids [7 0 R 8 0 R]>>
endobj
10 0 obj
<</p0 [7 0 R /XYZ 0 841 0]\n/p1-a-b [8 0 R /XYZ 0 500.5 0]>>
endobj"""
    assert book_pdf.sheets(pdf) == {"p0": 1, "p1-a-b": 2}


def test_book_can_be_printed(tmp_path):
    """Two pages become a PDF of several sheets."""
    requires("chromium")
    pages()
    target = tmp_path / "book.pdf"
    assert book_pdf.write(target, ["intro", "part3/gradient_descent"]) > 5
    assert target.read_bytes().startswith(b"%PDF-")
    found = book_pdf.sheets(target.read_bytes())  # cover, contents, pages
    assert found["p0"] == 3 < found["p1"]
    assert not (SITE / "_print.html").exists()


def test_printing_asks_for_a_built_book(tmp_path):
    """Without the site the message says what to do."""
    with pytest.raises(CourseError, match="course build"):
        book_pdf.joined(tmp_path, ["intro"])
