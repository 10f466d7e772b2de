"""Each chapter's source follows the anatomy: headings, figures, exercises, quiz."""

import re

import pytest

from course_tools import objectives
from tests.support import ROOT

HEADINGS = [
    "The question",
    "The idea",
    "Derivation",
    "From scratch",
    "Check it",
    "Experiment",
    "What goes wrong",
    "Self-check",
    "Exercises",
    "Summary",
    "References and history",
]
REQUIRED = {"The question", "The idea", "Derivation", "From scratch", "Check it"} | {
    "Exercises",
    "Summary",
    "References and history",
}
CHAPTERS = sorted((ROOT / "book").glob("part*/*.md"))
GRADED = objectives.graded(ROOT)


def prose(text: str) -> int:
    """Words a reader reads: no code, no options, no equations."""
    text = objectives.without_places(text)
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
    text = re.sub(r"```.*?```|\$\$.*?\$\$", "", text, flags=re.S)
    text = re.sub(r"^:{3,}.*$|^:[a-z-]+:.*$", "", text, flags=re.M)
    return len(re.findall(r"[^\W_][\w'’.-]*", text))


def blocks(text: str, name: str) -> list[str]:
    """The bodies of all ``:::{name}`` directives."""
    return re.findall(rf"^:::\{{{name}\}}(.*?)^:::$", text, flags=re.M | re.S)


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request):
    return request.param.read_text(encoding="utf-8")


def test_chapter_exists():
    """There is at least one chapter to test."""
    assert CHAPTERS


def test_chapter_headings_in_order(chapter):
    """The second-level headings are the anatomy's, in its order."""
    found = re.findall(
        r"^## (.*)$", re.sub(r"```.*?```", "", chapter, flags=re.S), re.M
    )
    known = [next((h for h in HEADINGS if f.startswith(h)), None) for f in found]
    assert None not in known, found
    order = [HEADINGS.index(h) for h in known]
    assert order == sorted(order)
    assert REQUIRED <= set(known)


def test_chapter_length(chapter):
    """1500 to 3500 words of prose."""
    assert 1500 <= prose(chapter) <= 3500


def test_chapter_header_card(chapter):
    """The card names level, prerequisites, minutes, device and 3 to 5 objectives."""
    (card,) = blocks(chapter, "header-card")
    for option in ("level", "prerequisites", "exercise-minutes", "device"):
        assert f":{option}:" in card
    assert 3 <= len(re.findall(r"^- ", card, re.M)) <= 5


def test_chapter_minutes_are_those_of_its_exercises(chapter):
    """The card's minutes, which guides and plans add up, are the exercises' sum."""
    (card,) = blocks(chapter, "header-card")
    said = re.search(r":exercise-minutes: (\d+)", card)
    each = re.findall(r"^:{3,}\{exercise\} .*?(?:· (\d+) min)?$", chapter, re.M)
    assert each and all(each)
    assert said and int(said[1]) == sum(map(int, each))


def test_chapter_objectives_are_practised(chapter):
    """Each objective names its exercises or graded questions, and all of them exist."""
    assert objectives.unpractised(chapter, GRADED) == []


@pytest.mark.parametrize(
    ("places", "complaint"),
    [
        ("", "nothing practises"),
        (" [ex-nowhere]", "no exercise 'ex-nowhere'"),
        (" [ps99 q1]", "no graded ps99 q1"),
        (" [ex-gd-hand; ps07 q1 q99]", "no graded ps07 q99"),
    ],
)
def test_an_objective_without_practice_is_found(places, complaint):
    """A real chapter, one of its objectives broken, fails with a sentence."""
    text = (ROOT / "book/part3/gradient_descent.md").read_text(encoding="utf-8")
    broken = re.sub(r"(?m)^- (recognise .*?) \[.*\]$", rf"- \1{places}", text)
    assert broken != text
    (sentence,) = objectives.unpractised(broken, GRADED)
    assert complaint in sentence


def test_an_exercise_of_another_page_does_not_count():
    """A label that exists, but on another page, is a mistake."""
    text = (ROOT / "book/part3/gradient_descent.md").read_text(encoding="utf-8")
    broken = text.replace("[ex-gd-sign;", "[ex-ada-hand;")
    assert len(objectives.unpractised(broken, GRADED)) == 1


def test_graded_questions_are_the_notebooks_own():
    """Titles, points and names are read from the sources, the written one too."""
    assert len(GRADED) == len(list((ROOT / "solutions").glob("ps*/ps*.ipynb")))
    for notebook in GRADED.values():
        names = [question.id for question in notebook.questions]
        assert names == [f"q{k}" for k in range(1, len(names))] + ["w1"]
        assert all(q.title and q.points for q in notebook.questions)


def test_chapter_figures(chapter):
    """At least five figures with caption, name and an alt text of 40 to 300."""
    cells = re.findall(r"```\{code-cell\}.*?```", chapter, re.S)
    figures = [c for c in cells if "plotting.show(" in c]
    assert len(figures) >= 5
    for cell in figures:
        alt = re.search(r'alt: "(.*?)"\n', cell)
        assert alt and 40 <= len(alt[1]) <= 300, cell[:200]
        assert re.search(r"name: fig-", cell) and "caption:" in cell
        assert re.search(r"^assert ", cell, re.M), f"no number asserted: {cell[:200]}"


def test_chapter_exercises_have_hint_and_solution(chapter):
    """At least four exercises, each tagged, with stars, minutes, hint, solution."""
    labels = re.findall(r"^:label: (ex-\S+)$", chapter, re.M)
    assert len(labels) >= 4
    assert len(blocks(chapter, "admonition")) >= len(labels)
    for title in re.findall(r"^:::\{exercise\} (.*)$", chapter, re.M):
        assert re.search(r"(paper|code|experiment|open).*★.*\d+ min", title), title
    for label in labels:
        assert re.search(
            rf":::\{{solution(-start)?\}} {label}\n:class: dropdown", chapter
        )


def test_chapter_quiz_asks_about_a_plot(chapter):
    """Four questions or more, one on a plot, one prediction before a run."""
    questions = re.findall(r"^:::\{quiz\} (.*)$", chapter, re.M)
    assert 4 <= len(questions) <= 6
    assert any("numref" in q for q in questions)
    assert blocks(chapter, "predict")


def test_chapter_summary_is_short(chapter):
    """At most six bullets in the summary."""
    summary = chapter.split("\n## Summary\n")[1].split("\n## ")[0]
    assert 3 <= len(re.findall(r"^- ", summary, re.M)) <= 6


def test_chapter_cites_sources_by_equation(chapter):
    """Sources are cited, and by equation number."""
    tail = chapter.split("\n## References and history\n")[1]
    assert "{cite" in tail and re.search(r"equations? \(\d+\)", tail)
