"""Directives of the guides: a plan with its minutes, graded notebooks, errata."""

import csv
import json
import math
import re
from pathlib import Path
from typing import Any, ClassVar

from course_book import ROOT, CourseDirective, Element, element, up, words
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from course_tools import coverage, objectives

WORDS_A_MINUTE = 180  # as in the header cards


def reading_minutes(text: str) -> int:
    """Minutes to read a page's prose."""
    return math.ceil(words(text) / WORDS_A_MINUTE)


def exercise_minutes(text: str) -> int:
    """What the header card of a page says its exercises take; 0 without one."""
    found = re.search(r"^:exercise-minutes: (\d+)$", text, re.M)
    return int(found[1]) if found else 0


def assignment(name: str) -> tuple[str, int] | None:
    """Title and minutes that a graded notebook states; None if it is not there."""
    path = ROOT / "solutions" / name / f"{name}.ipynb"
    if not path.exists():
        return None
    facts = json.loads(path.read_text(encoding="utf-8"))["metadata"]["course"]
    return str(facts["title"]), int(facts["minutes"])


def span(minutes: int) -> str:
    """90 -> '1 h 30'."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}" if hours else f"{rest} min"


class PlanTable(CourseDirective):
    """Pages and notebooks in order, with minutes that are counted, and their sum.

    A line of the content is ``when | pages | notebook | remark``; pages and notebook
    are separated by commas and may be missing.
    """

    option_spec: ClassVar[dict[str, Any]] = {
        "first": directives.unchanged_required,  # heading of the first column
        "at-most": directives.positive_int,  # minutes of reading; more is an error
    }

    def run(self) -> list[nodes.Node]:
        rows = [self.row(line) for line in self.content if line.strip()]
        sums = [sum(row[1][k] for row in rows) for k in range(3)]
        limit = self.options.get("at-most")
        if limit and sums[0] > limit:
            raise self.error(f"plan-table: {sums[0]} min of reading, more than {limit}")
        used = [k for k in range(3) if sums[k]]
        heads = ["reading", "exercises on the pages", "graded notebook"]
        titles = [self.options["first"], "what", *(heads[k] for k in used)]
        if len(used) > 1:
            titles.append("together")
        top = (element("th", nodes.Text(t), scope="col") for t in titles)
        body = element("tbody")
        last = (nodes.strong("", "all"), [nodes.Text("")])
        entries = [(nodes.Text(when), what, m) for when, m, what in rows]
        for when, what, minutes in [*entries, (*last, sums)]:
            shown = [minutes[k] for k in used]
            shown += [sum(shown)] if len(used) > 1 else []
            cells = [element("td", nodes.Text(span(m) if m else "")) for m in shown]
            head = element("th", when, scope="row")
            body += element("tr", head, element("td", *what), *cells)
        parts = (element("thead", element("tr", *top)), body)
        table = element("table", *parts, class_="table", tabindex="0")
        return [element("div", table, class_="course-methods course-coverage")]

    def row(self, line: str) -> tuple[str, list[int], list[nodes.Node]]:
        parts = [part.strip() for part in line.split("|")]
        when, pages, notebooks, remark = [*parts, "", "", ""][:4]
        minutes, told = [0, 0, 0], []
        for page in filter(None, re.split(r",\s*", pages)):
            path = Path(self.env.srcdir) / f"{page}.md"
            if not path.exists():
                raise self.error(f"plan-table: there is no page {page!r}")
            self.env.note_dependency(str(path))
            text = path.read_text(encoding="utf-8")
            minutes[0] += reading_minutes(text)
            minutes[1] += exercise_minutes(text)
            told.append(f"{{doc}}`/{page}`")
        for name in filter(None, re.split(r",\s*", notebooks)):
            found = assignment(name)
            minutes[2] += found[1] if found else 0
            short = name.partition("_")[0]
            told.append(f"`{short}`" + ("" if found else " (not written yet)"))
        if "reading only" in remark:
            minutes[1] = 0
        remark = remark.replace("reading only", "").strip()
        text = "; ".join(told) + (". " if told and remark else "") + remark
        return when, minutes, self.parse([text])


class GradedNotebooks(CourseDirective):
    """Every graded notebook with its chapters and its questions."""

    def run(self) -> list[nodes.Node]:
        chapters: dict[str, list[str]] = {}
        for path in sorted(Path(self.env.srcdir).glob("part*/*.md")):
            self.env.note_dependency(str(path))
            page = path.relative_to(self.env.srcdir).with_suffix("").as_posix()
            text = path.read_text(encoding="utf-8")
            asked = [q for each in objectives.of_page(text) for q in each.questions]
            for short in dict(asked):
                chapters.setdefault(short, []).append(f"{{doc}}`/{page}`")
        out: list[nodes.Node] = []
        for short, notebook in objectives.graded(ROOT).items():
            path = ROOT / "solutions" / notebook.name / f"{notebook.name}.ipynb"
            self.env.note_dependency(str(path))
            section = nodes.section(ids=[short])
            section += nodes.title("", f"{short}: {notebook.title}")
            points = sum(question.points for question in notebook.questions)
            facts = f"{points} points, {span(notebook.minutes)}."
            if short in chapters:
                facts += f" Chapters: {'; '.join(chapters[short])}."
            section += self.parse([facts])
            listing = element("ul", class_="course-questions")
            for question in notebook.questions:
                text = f"**{question.id}** {question.title} ({question.points})"
                anchor = {"id_": f"{short}-{question.id}"}
                listing += element("li", *self.parse([text]), **anchor)
            section += listing
            out.append(section)
        return out


class ErrataTable(CourseDirective):
    """book/errata.csv joined with the coverage map, a table for each source."""

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir) / "errata.csv"
        for name in (path, ROOT / "docs" / "coverage.csv"):
            self.env.note_dependency(str(name))
        with path.open(encoding="utf-8", newline="") as file:
            right = {row["id"]: row["right"] for row in csv.DictReader(file)}
        rows = [row for row in coverage.read(ROOT) if row.kind == "erratum"]
        lost = {row.id for row in rows} ^ set(right)
        if lost:
            raise self.error(f"errata-table: {sorted(lost)} stand in one file only")
        tested = sum(bool(row.test) for row in rows)
        argued = sum(bool(row.why_not) and not row.test for row in rows)
        text = (
            f"{len(rows)} entries: {tested} backed by a test that runs, {argued} where "
            "nothing can be computed and the reason is given"
        )
        if left := len(rows) - tested - argued:
            text += f", {left} whose test is not named yet"
        out: list[nodes.Node] = [nodes.paragraph("", text + ".")]
        for source, mine in coverage.by_source(rows).items():
            section = nodes.section(ids=["errata-" + nodes.make_id(source)])
            section += nodes.title("", f"{source}: {len(mine)}")
            titles = ("", "in print", "right", "where it is checked")
            top = (element("th", nodes.Text(t), scope="col") for t in titles[1:])
            corner = element("th", nodes.Text("id"), scope="col")
            body = element("tbody")
            for row in mine:
                label = element("th", nodes.Text(row.id.split(":")[1]), scope="row")
                cells = (row.what, right[row.id])
                body += element(
                    "tr",
                    label,
                    *(element("td", nodes.Text(cell)) for cell in cells),
                    element("td", *self.check(row)),
                    id_="erratum-" + nodes.make_id(row.id),
                )
            parts = (element("thead", element("tr", corner, *top)), body)
            table = element("table", *parts, class_="table", tabindex="0")
            section += element("div", table, class_="course-methods course-coverage")
            out.append(section)
        return out

    def check(self, row: coverage.Row) -> list[Element | nodes.Node]:
        told: list[Element | nodes.Node] = []
        if row.page:
            target = up(self.env.docname) + coverage.href(row.page, ROOT)
            name = row.page.partition("#")[0].rsplit("/", 1)[-1].replace("_", " ")
            told += [element("a", nodes.Text(name), href=target), nodes.Text(" ")]
        names = [test.split("::")[-1] for test in row.test]
        for k, name in enumerate(names):
            told += [nodes.Text(", ")] if k else []
            told.append(element("code", nodes.Text(name)))
        if not names:
            told.append(nodes.Text(row.why_not or "not named yet"))
        return told


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("plan-table", PlanTable)
    app.add_directive("errata-table", ErrataTable)
    app.add_directive("graded-notebooks", GradedNotebooks)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
