"""The course's own directives: header card, predict, quiz, pitfalls, API, coverage.

Each one degrades to plain HTML (``<details>``) without JavaScript.
"""

import csv
import importlib
import inspect
import json
import math
import pkgutil
import re
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from course_tools import coverage, objectives

ROOT = Path(__file__).resolve().parents[2]
log = logging.getLogger(__name__)
CHAPTER = re.compile(r"Chapters?:\s*([a-z0-9-]+(?:,\s*[a-z0-9-]+)*)")


class Element(nodes.General, nodes.Element):
    """An HTML element with attributes: ``Element(tag=..., attributes={...})``."""


def visit_element(self: Any, node: Element) -> None:
    attributes = "".join(
        f' {k}="{self.attval(str(v))}"' for k, v in node["html"].items()
    )
    self.body.append(f"<{node['tag']}{attributes}>")


def depart_element(self: Any, node: Element) -> None:
    self.body.append(f"</{node['tag']}>" + "\n" * (node["tag"] != "span"))


def element(tag: str, *children: nodes.Node, **html: Any) -> Element:
    node = Element(
        "", tag=tag, html={k.rstrip("_").replace("_", "-"): v for k, v in html.items()}
    )
    node.extend(children)
    return node


def up(docname: str) -> str:
    """The way from a page to the root of the site."""
    return "../" * docname.count("/")


class CourseDirective(SphinxDirective):
    """A directive whose content is MyST."""

    has_content = True

    def parse(self, lines: list[str], offset: int = 0) -> list[nodes.Node]:
        box = nodes.container()
        source = self.state.document.current_source or ""
        text = StringList(lines, source=source)
        self.state.nested_parse(text, self.content_offset + offset, box)
        return list(box.children)


def words(text: str) -> int:
    """Words of prose: no front matter, no code cells, no options."""
    text = objectives.without_places(text)
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    text = re.sub(r"\$\$.*?\$\$", " equation ", text, flags=re.S)
    text = re.sub(r"^:{3,}.*$|^:[a-z-]+:.*$", "", text, flags=re.M)
    return len(re.findall(r"[^\W_][\w'’.-]*", text))


class HeaderCard(CourseDirective):
    """Level, prerequisites, minutes and objectives at the top of a chapter."""

    option_spec: ClassVar[dict[str, Any]] = {
        "level": directives.unchanged_required,
        "prerequisites": directives.unchanged_required,
        "exercise-minutes": directives.positive_int,
        "device": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        docname = self.env.docname
        source = Path(self.env.doc2path(docname)).read_text(encoding="utf-8")
        reading = math.ceil(words(source) / 180)
        times = ROOT / "_build" / "page_times.json"
        record = json.loads(times.read_text(encoding="utf-8")) if times.exists() else {}
        seconds = record.get(docname, {}).get("cpu_seconds")
        measured = (
            f"runs in {seconds:.0f} s of CPU (measured)" if seconds else "not yet run"
        )
        self.env.note_dependency(str(times))
        facts = [
            f"Reading about {reading} min (estimate)",
            measured,
            f"Exercises {self.options['exercise-minutes']} min (author's estimate)",
            f"Device: {self.options.get('device', 'CPU')}",
        ]
        items = [element("li", nodes.Text(fact)) for fact in facts]
        card = element("div", class_="course-card")
        card += element("ul", *items, class_="course-facts")
        card += self.parse(
            [
                f"**Level:** {self.options['level']}.",
                "",
                f"**You need:** {self.options['prerequisites']}.",
                "",
                "**Afterwards you can** (below each: where you practise it)",
                "",
            ]
        )
        card += self.practised(objectives.exercise_titles(source))
        notebook = f"{up(docname)}_notebooks/{docname}.ipynb"
        buttons = element("p", class_="course-buttons")
        buttons += element(
            "a",
            nodes.Text("Download this page as a notebook"),
            href=notebook,
            download="",
        )
        repository = self.config.course_repository
        if repository:
            buttons += element(
                "a",
                nodes.Text("Open in Colab"),
                href="https://colab.research.google.com/github/"
                f"{repository}/blob/notebooks/{docname}.ipynb",
            )
        card += buttons
        return [card]

    def practised(self, titles: dict[str, str]) -> Element:
        """The bullets, each with links to its exercises and graded questions."""
        known = objectives.graded(ROOT)
        for notebook in known.values():
            path = ROOT / "solutions" / notebook.name / f"{notebook.name}.ipynb"
            self.env.note_dependency(str(path))
        listing = element("ul", class_="course-objectives")
        for objective in objectives.parse("\n".join(self.content)):
            links = [
                self.parse([f"{{ref}}`{titles.get(label, label)} <{label}>`"])[0]
                for label in objective.exercises
            ]
            for name, questions in objectives.by_notebook(objective).items():
                links.append(self.graded(name, questions, known))
            practice = nodes.paragraph("", "", classes=["course-practice"])
            for k, link in enumerate(links):
                practice += [nodes.Text(" · ")] if k else []
                practice += link.children
            listing += element("li", *self.parse([objective.text]), practice)
        return listing

    def graded(
        self, name: str, questions: list[str], known: dict[str, objectives.Graded]
    ) -> nodes.Node:
        """Links to questions of a graded notebook: 'graded: ps07 q7, q8'."""
        titles = {q.id: q.title for q in known[name].questions} if name in known else {}
        page = f"{up(self.env.docname)}graded_notebooks.html"
        box = nodes.inline("", "graded: ")
        for k, question in enumerate(questions):
            if question not in titles:
                raise self.error(f"header-card: no question {question!r} in {name!r}")
            box += nodes.Text(", ") if k else nodes.Text("")
            text = question if k else f"{name} {question}"
            target = {"refuri": f"{page}#{name}-{question}", "internal": True}
            box += nodes.reference("", text, reftitle=titles[question], **target)
        return box


class Predict(CourseDirective):
    """A prediction the reader commits to before the answer is shown."""

    option_spec: ClassVar[dict[str, Any]] = {
        "name": directives.unchanged_required,
        "answer": directives.unchanged,
        "unit": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        lines = list(self.content)
        if "---" not in lines:
            raise self.error("predict: expected a line '---' before what is revealed")
        cut = lines.index("---")
        data = {f"data_{k}": v for k, v in self.options.items()}
        box = element("div", class_="course-predict", **data)
        box += element("p", nodes.Text("Predict first"))
        box += self.parse(lines[:cut])
        reveal = element("details")
        reveal += element("summary", nodes.Text("What happens"))
        reveal += self.parse(lines[cut + 1 :], cut + 1)
        box += reveal
        return [box]


class Quiz(CourseDirective):
    """One question; each option opens its reason."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {"name": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        box = element(
            "div", class_="course-quiz", id_=self.options["name"], role="group"
        )
        question = element("div", class_="course-question")
        question += self.parse([self.arguments[0]])
        box += question
        body, options = [], []
        for line in self.content:
            found = re.match(r"- \((x| )\) (.*)", line)
            if found:
                options.append((found[1] == "x", found[2], []))
            elif options:
                options[-1][2].append(line[2:] if line.startswith("  ") else line)
            else:
                body.append(line)
        box += self.parse(body)
        if not any(right for right, _, _ in options) or len(options) < 2:
            raise self.error("quiz: expected two options or more, one marked (x)")
        for right, text, reason in options:
            if not "".join(reason).strip():
                raise self.error(f"quiz: the option {text!r} needs a reason below it")
            entry = element("details", data_correct=str(right).lower())
            summary = element("summary")
            summary += self.parse([text])
            entry += summary
            entry += self.parse(reason)
            box += entry
        return [box]


class Pitfalls(CourseDirective):
    """A table symptom, cause, remedy from a list of lists."""

    def run(self) -> list[nodes.Node]:
        parsed = self.parse(list(self.content))
        rows = []
        for item in parsed[0].children if parsed else []:
            symptom, *inner = item.children
            parts = inner[0].children if inner else []
            if len(parts) != 2:
                raise self.error(
                    "pitfalls: expected two bullets under each symptom: cause, remedy"
                )
            rows.append([[symptom], parts[0].children, parts[1].children])
        head = element(
            "tr",
            *(
                element("th", nodes.Text(t), scope="col")
                for t in ("Symptom", "Cause", "Remedy")
            ),
        )
        body = element(
            "tbody",
            *(element("tr", *(element("td", *cell) for cell in row)) for row in rows),
        )
        table = element("table", element("thead", head), body, class_="table")
        return [element("div", table, class_="course-pitfalls")]


def public_names() -> dict[str, Any]:
    """Every public object of course_lib by its full name."""
    import course_lib

    found: dict[str, Any] = {}
    for info in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
        if "._" in info.name:
            continue
        module = importlib.import_module(info.name)
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            home = None if info.ispkg else info.name  # a package lists them again
            if getattr(thing, "__module__", home) == info.name:
                found[f"{info.name}.{name}"] = thing
    return found


def chapters_of(thing: Any) -> list[str]:
    """The labels in the ``Chapter:`` line of a function, class or module."""
    known = callable(thing) or inspect.ismodule(thing)  # not a constant's class
    found = CHAPTER.search((inspect.getdoc(thing) or "") if known else "")
    return re.split(r",\s*", found[1]) if found else []


def api_link(docname: str, full: str, text: str | None = None) -> nodes.reference:
    link = nodes.reference(
        "", "", refuri=f"{up(docname)}api.html#{full}", internal=True
    )
    link += nodes.literal("", text or full.rsplit(".", 1)[1])
    return link


class ApiRole(SphinxRole):
    """``{api}`rest``` links to the entry of a public name; an unknown one warns."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        names = public_names()
        wanted = self.text
        full = [n for n in names if n == wanted or n.endswith("." + wanted)]
        if not full:  # by the package that passes it on: course_lib.torch_optim.SGD
            package, _, name = wanted.rpartition(".")
            full = [n for n in names if re.fullmatch(rf"{package}\.\w+\.{name}", n)]
        if len(full) != 1:
            log.warning(
                "api: expected one public name %r in course_lib, found %d",
                wanted,
                len(full),
                location=self.get_location(),
            )
            return [nodes.literal("", wanted)], []
        return [api_link(self.env.docname, full[0])], []


class LanguageRole(SphinxRole):
    """Words of another language, marked so that a screen reader speaks them in it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        return [element("span", nodes.Text(self.text), lang=self.name)], []


class ChapterApi(CourseDirective):
    """The library names whose docstring names this chapter."""

    def run(self) -> list[nodes.Node]:
        label = self.env.docname.rsplit("/", 1)[-1].replace("_", "-")
        names = [n for n, t in public_names().items() if label in chapters_of(t)]
        paragraph = nodes.paragraph("", "In the library: ")
        for k, full in enumerate(sorted(names)):
            if k:
                paragraph += nodes.Text(", ")
            paragraph += api_link(self.env.docname, full)
        paragraph += nodes.Text(".")
        return [paragraph] if names else []


class ApiReference(CourseDirective):
    """Every public name with its signature and docstring, and its chapter."""

    def run(self) -> list[nodes.Node]:
        pages = {d.rsplit("/", 1)[-1].replace("_", "-"): d for d in self.env.found_docs}
        sections: dict[str, list[str]] = {}
        names = public_names()
        for full in names:
            sections.setdefault(full.rsplit(".", 1)[0], []).append(full)
        out: list[nodes.Node] = []
        for module, members in sorted(sections.items()):
            section = nodes.section(ids=[module])
            section += nodes.title("", module)
            summary = (inspect.getdoc(importlib.import_module(module)) or "").split(
                "\n\n"
            )[0]
            section += nodes.paragraph("", summary.replace("\n", " "))
            for full in sorted(members):
                section += self.entry(full, names[full], pages)
            out.append(section)
        return out

    def entry(self, full: str, thing: Any, pages: dict[str, str]) -> Element:
        box = element("div", class_="course-api", id_=full)
        home, name = full.rsplit(".", 1)
        module = importlib.import_module(home)
        text = name
        if callable(thing):
            try:
                signature = inspect.signature(thing)
                if inspect.isclass(thing):  # it returns itself, whatever it says
                    signature = signature.replace(
                        return_annotation=inspect.Signature.empty
                    )
                shown = re.sub(r"'([\w.\[\], |]+)'", r"\1", str(signature))
                text += re.sub(r"\b(?:collections\.abc|course_lib[\w.]*)\.", "", shown)
            except ValueError:
                pass
        box += element("h3", element("code", nodes.Text(text)))
        doc = inspect.getdoc(thing) if callable(thing) else None
        if doc and not doc.startswith(("dict(", "str(", "tuple(", "int(")):
            plain = doc.replace("``", "`")
            box += element("pre", nodes.Text(plain), class_="docstring", tabindex="0")
        links = [
            element("a", nodes.Text(label), href=f"{pages[label]}.html")
            for label in chapters_of(thing) or chapters_of(module)
            if label in pages
        ]
        if links:
            box += element("p", nodes.Text("Chapter: "), *links)
        return box


class MethodsTable(CourseDirective):
    """book/methods.csv up to the last method of this page: it grows by chapter."""

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir) / "methods.csv"
        self.env.note_dependency(str(path))
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        pages = [row[1] for row in rows]
        here = self.env.docname
        if here not in pages:
            raise self.error(f"methods-table: {path.name} has no method of page {here}")
        rows = rows[: len(rows) - pages[::-1].index(here)]
        titles = [title for k, title in enumerate(head) if k != 1]
        top = element(
            "tr", *(element("th", nodes.Text(t), scope="col") for t in titles)
        )
        body = element("tbody")
        for name, page, *rest in rows:
            target = up(here) + page + ".html"
            known = page != here and page in self.env.found_docs
            link = element("a", nodes.Text(name), href=target) if known else None
            cells = (element("td", nodes.Text(cell)) for cell in rest)
            body += element(
                "tr", element("th", link or nodes.Text(name), scope="row"), *cells
            )
        parts = (element("thead", top), body)
        table = element("table", *parts, class_="table", tabindex="0")
        return [element("div", table, class_="course-methods course-coverage")]


class CoverageTable(CourseDirective):
    """docs/coverage.csv as tables, one per source, and the words of its verdicts."""

    def run(self) -> list[nodes.Node]:
        for name in ("coverage.csv", "source_items.csv"):
            self.env.note_dependency(str(ROOT / "docs" / name))
        rows = coverage.read(ROOT)
        count, *_ = coverage.summary(rows).splitlines()
        out: list[nodes.Node] = [
            nodes.paragraph("", count.capitalize() + "."),
            self.verdicts(),
        ]
        for source, mine in coverage.by_source(rows).items():
            section = nodes.section(ids=["coverage-" + nodes.make_id(source)])
            done = sum(row.complete for row in mine)
            section += nodes.title("", f"{source}: {done} of {len(mine)} rows")
            head = element(
                "tr",
                *(
                    element("th", nodes.Text(t), scope="col")
                    for t in ("id", "what", "page", "code", "test", "verdict")
                ),
            )
            body = element("tbody")
            for row in mine:
                body += element("tr", *self.cells(row), id_=nodes.make_id(row.id))
            # It scrolls sideways on a phone, so the keyboard must reach it.
            parts = (element("thead", head), body)
            table = element("table", *parts, class_="table", tabindex="0")
            section += element("div", table, class_="course-coverage")
            out.append(section)
        return out

    def verdicts(self) -> Element:
        words = element("dl")
        for word, meaning in coverage.VERDICTS.items():
            words += element("dt", nodes.Text(word))
            words += element("dd", nodes.Text(meaning))
        title = element("summary", nodes.Text("What the verdicts mean"))
        return element("details", title, words)

    def cells(self, row: coverage.Row) -> list[Element]:
        page: nodes.Node = nodes.Text(row.page)
        if row.page:
            anchor = row.page.partition("#")[2] or row.page
            target = up(self.env.docname) + coverage.href(row.page, ROOT)
            page = element("a", nodes.Text(anchor), href=target)
        last = ". ".join(part for part in (row.verdict, row.why_not) if part)
        return [
            element("td", nodes.Text(row.id)),
            element("td", nodes.Text(row.what)),
            element("td", page),
            element("td", nodes.Text(", ".join(c.partition(":")[2] for c in row.code))),
            element("td", nodes.Text(", ".join(t.split("::")[-1] for t in row.test))),
            element("td", nodes.Text(last)),
        ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives and the element."""
    app.add_config_value("course_repository", "", "html")
    app.add_node(Element, html=(visit_element, depart_element))
    app.add_directive("header-card", HeaderCard)
    app.add_directive("predict", Predict)
    app.add_directive("quiz", Quiz)
    app.add_directive("pitfalls", Pitfalls)
    app.add_directive("chapter-api", ChapterApi)
    app.add_directive("api-reference", ApiReference)
    app.add_directive("coverage-table", CoverageTable)
    app.add_directive("methods-table", MethodsTable)
    app.add_role("api", ApiRole())
    for language in ("ru", "uk"):
        app.add_role(language, LanguageRole())
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
