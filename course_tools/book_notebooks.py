"""The downloads: pages as notebooks whose text is plain Markdown.

A page is MyST; Jupyter shows its directives and roles as raw text. Here each of them
becomes what any notebook viewer draws: details, bold heads, tagged equations, and the
caption of a figure as a cell below it. The code is not touched.
"""

import re
from collections.abc import Callable
from typing import Any

from course_tools import objectives

FENCE = re.compile(r"^(:{3,})\{([\w:-]+)\}[ ]?(.*)$")
OPTION = re.compile(r"^:([\w-]+):\s*(.*)$")
EQUATION = re.compile(r"^\$\$\n(.*?)\n\$\$ \(([\w-]+)\)$", re.M | re.S)
ROLE = re.compile(r"\{([\w:]+)\}`([^`]+)`")


def _details(head: str, body: str) -> str:
    return (
        f"<details>\n<summary>{head}</summary>\n\n{body.strip()}\n\n</details>".replace(
            "\n\n\n", "\n\n"
        )
    )


def _card(title: str, options: dict[str, str], body: str) -> str:
    facts = f"**Level:** {options['level']}. **You need:** {options['prerequisites']}."
    return f"{facts}\n\n**Afterwards you can**\n\n{body}"


def _predict(title: str, options: dict[str, str], body: str) -> str:
    asked, _, told = body.partition("\n---\n")
    return f"**Predict first.** {asked.strip()}\n\n{_details('What happens', told)}"


def _quiz(title: str, options: dict[str, str], body: str) -> str:
    intro, *entries = re.split(r"^- \(([x ])\) ", body, flags=re.M)
    parts = [f"**Question.** {title}", intro.strip()]
    for mark, entry in zip(entries[::2], entries[1::2], strict=True):
        option, _, reason = entry.partition("\n")
        lines = "\n".join(line.removeprefix("  ") for line in reason.splitlines())
        verdict = "Right." if mark == "x" else "Not this one."
        parts.append(f"- {option}\n\n{_details('why?', f'{verdict} {lines.strip()}')}")
    return "\n\n".join(part for part in parts if part)


def _titled(word: str) -> Callable[[str, dict[str, str], str], str]:
    return lambda title, options, body: f"**{word}{title}**\n\n{body}"


def _folded(title: str, options: dict[str, str], body: str) -> str:
    return _details(
        title if title and not title.startswith("ex-") else "Solution", body
    )


DIRECTIVES: dict[str, Callable[[str, dict[str, str], str], str]] = {
    "header-card": _card,
    "predict": _predict,
    "quiz": _quiz,
    "exercise": _titled("Exercise. "),
    "admonition": _folded,
    "solution": _folded,
    "solution-start": lambda title, options, body: "**Solution**",
    "solution-end": lambda title, options, body: "",
    "chapter-api": lambda title, options, body: "",
    "methods-table": lambda title, options, body: "(The table is on the page.)",
    "measured-table": lambda title, options, body: "(The table is on the page.)",
}


def _directives(text: str) -> str:
    """Replace every colon fence, inner ones first."""
    lines, out = text.split("\n"), []
    while lines:
        line = lines.pop(0)
        opened = FENCE.match(line)
        if not opened:
            out.append(line)
            continue
        fence, name, title = opened.groups()
        inner: list[str] = []
        while lines and lines[0] != fence:
            inner.append(lines.pop(0))
        if lines:
            lines.pop(0)
        options = {}
        while inner and (option := OPTION.match(inner[0])):
            options[option[1]] = option[2]
            inner.pop(0)
        body = _directives("\n".join(inner)).strip()
        if name in DIRECTIVES:
            out.append(DIRECTIVES[name](title.strip(), options, body))
        elif name.startswith("prf:"):
            out.append(f"**{name[4:].capitalize()}. {title}**\n\n{body}")
        else:
            out.append(body)
    return "\n".join(out)


def plain(text: str, figures: dict[str, int] | None = None) -> str:
    """A MyST text as Markdown that any notebook viewer draws."""

    def role(found: re.Match[str]) -> str:
        name, content = found.groups()
        shown, _, target = content.partition(" <")
        target = target.removesuffix(">") or content
        if name == "eq":
            return f"({target.removeprefix('eq-')})"
        if name == "numref":
            number = (figures or {}).get(target)
            return f"Figure {number}" if number else target
        if name == "api":
            return f"`{content}`"
        if name.startswith("cite"):
            return re.sub(r"(?<=[a-z])(?=\d{4})", " ", content)
        if name in ("ref", "doc", "prf:ref"):
            return shown if shown != content else content.replace("-", " ")
        return shown

    text = re.sub(r"^\([\w-]+\)=\n?", "", text, flags=re.M)
    text = EQUATION.sub(
        lambda m: f"$$\n{m[1]}\n\\tag{{{m[2].removeprefix('eq-')}}}\n$$", text
    )
    text = ROLE.sub(role, _directives(text))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def download(notebook: Any, name: str) -> Any:
    """The executed page as a notebook that reads well and runs where it lands."""
    import nbformat

    captions = [
        cell.metadata.get("mystnb", {}).get("figure", {}) for cell in notebook.cells
    ]
    named = [c["name"] for c in captions if c.get("name")]
    figures = {label: k for k, label in enumerate(named, start=1)}
    sources = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    titles = objectives.exercise_titles("\n".join(sources))
    note = (
        "This notebook is a page of the course *From neurons to networks*. It runs "
        "where the course's library is installed: `pip install` the wheel of the "
        "course (it is in the students' bundle), then run all cells."
    )
    cells = [nbformat.v4.new_markdown_cell(note)]
    for cell, caption in zip(notebook.cells, captions, strict=True):
        if cell.cell_type != "markdown":
            cells.append(cell)
        elif text := plain(objectives.spelled(cell.source, titles), figures):
            cells.append(nbformat.v4.new_markdown_cell(text))
        if caption.get("caption"):
            number = figures.get(caption.get("name", ""), "")
            told = plain(caption["caption"], figures)
            cells.append(nbformat.v4.new_markdown_cell(f"*Figure {number}.* {told}"))
    for k, cell in enumerate(cells):
        cell["id"] = f"{name.rsplit('/', 1)[-1].replace('_', '-')}-{k}"
    metadata = {
        "kernelspec": {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        },
        "language_info": {"name": "python"},
    }
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)
