"""What a chapter promises, and where each promise is practised.

A bullet of a chapter's header card ends with its places in brackets: labels of
exercises on the page, and questions of graded notebooks::

    - choose between coupled and decoupled decay [ex-ada-decay; ps07 q9 w1]

The book turns them into links, a download into words, and a test asks that all exist.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

CARD = re.compile(r"^:::\{header-card\}\n(.*?)^:::$", re.M | re.S)
PLACES = re.compile(r" \[([^\][]+)\]$", re.M)
EXERCISE = re.compile(r"^:::\{exercise\} (.*)\n:label: (\S+)$", re.M)
HEADING = re.compile(r"^## (?:\d+\. )?(.*?)(?: \((\d+) points?\))?$", re.M)


class Objective(NamedTuple):
    """One bullet of a card: its words, and where they are practised."""

    text: str
    exercises: tuple[str, ...]  # labels on the same page
    questions: tuple[tuple[str, str], ...]  # such as ("ps07", "q9")


class Question(NamedTuple):
    """A question of a graded notebook."""

    id: str
    title: str
    points: int


class Graded(NamedTuple):
    """A graded notebook, as its source describes itself."""

    name: str
    title: str
    minutes: int
    questions: tuple[Question, ...]


def parse(card: str) -> list[Objective]:
    """The objectives of a card's body."""
    found = []
    for bullet in re.split(r"^- ", card, flags=re.M)[1:]:
        line = " ".join(bullet.split())
        places = PLACES.search(line)
        exercises: list[str] = []
        questions: list[tuple[str, str]] = []
        for part in places[1].split(";") if places else []:
            first, *rest = part.split() or [""]
            if first.startswith("ps") and rest:
                questions += [(first, name) for name in rest]
            else:
                exercises += [first, *rest]
        text = PLACES.sub("", line)
        found.append(Objective(text, tuple(exercises), tuple(questions)))
    return found


def of_page(text: str) -> list[Objective]:
    """The objectives of a chapter's source; none if it has no card."""
    card = CARD.search(text)
    return parse(card[1]) if card else []


def without_places(text: str) -> str:
    """A chapter's source with nothing but words in its card."""
    return CARD.sub(lambda card: PLACES.sub("", card[0]), text)


def exercise_titles(text: str) -> dict[str, str]:
    """Label to title of a page's exercises, without kind, stars and minutes."""
    return {label: title.split(" · ")[0] for title, label in EXERCISE.findall(text)}


def spelled(text: str, titles: Mapping[str, str]) -> str:
    """A source whose card names its places in words, for a reader without links."""

    def words(card: re.Match[str]) -> str:
        head, *_ = re.split(r"^- ", card[0], maxsplit=1, flags=re.M)
        lines = []
        for objective in parse(card[1]):
            places = [titles.get(label, label) for label in objective.exercises]
            for name, questions in by_notebook(objective).items():
                places.append(f"graded {name} {', '.join(questions)}")
            told = f" ({'; '.join(places)})" if places else ""
            lines.append(f"- {objective.text}{told}\n")
        return head + "".join(lines) + ":::"

    return CARD.sub(words, text)


def by_notebook(objective: Objective) -> dict[str, list[str]]:
    """The graded questions of an objective: notebook to question names."""
    found: dict[str, list[str]] = {}
    for name, question in objective.questions:
        found.setdefault(name, []).append(question)
    return found


def graded(root: Path) -> dict[str, Graded]:
    """All graded notebooks of a project by their short names, ``ps01`` on."""
    found = {}
    for path in sorted((root / "solutions").glob("ps*/ps*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        heading, questions = "", []
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            flags = cell["metadata"].get("nbgrader", {})
            if flags.get("solution"):
                title = HEADING.search(heading)
                if title is not None:
                    points = int(title[2] or 0)
                    questions.append(Question(flags["grade_id"], title[1], points))
            elif cell["cell_type"] == "markdown" and HEADING.search(source):
                heading = source
        facts = notebook["metadata"]["course"]
        found[path.stem.partition("_")[0]] = Graded(
            path.stem, str(facts["title"]), int(facts["minutes"]), tuple(questions)
        )
    return found


def unpractised(text: str, notebooks: Mapping[str, Graded]) -> list[str]:
    """What is wrong with a chapter's objectives, a sentence each."""
    labels = exercise_titles(text)
    wrong = []
    for objective in of_page(text):
        if not (objective.exercises or objective.questions):
            wrong.append(f"nothing practises {objective.text!r}")
        for label in objective.exercises:
            if label not in labels:
                wrong.append(f"{objective.text!r}: no exercise {label!r} on the page")
        for name, question in objective.questions:
            known = notebooks[name].questions if name in notebooks else ()
            if question not in [each.id for each in known]:
                wrong.append(f"{objective.text!r}: no graded {name} {question}")
    return wrong
