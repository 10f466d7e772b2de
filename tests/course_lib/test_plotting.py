"""Figures: one size, deterministic bytes, refusals; interactive figures: the table."""

import json
import re

import numpy as np
import pytest

from course_lib import interactive, plotting

pytest.importorskip("IPython")


def figure_bytes(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    plotting.use_course_style()
    fig, ax = plotting.figure()
    ax.plot([0, 1], [0, 1], **plotting.line("V"))
    plotting.show(fig)
    return shown[0].data


def test_show_gives_the_same_bytes_twice(monkeypatch):
    """An unchanged figure is unchanged bytes: no date, no random ids."""
    assert figure_bytes(monkeypatch) == figure_bytes(monkeypatch)


def test_figure_is_one_column_wide():
    """Every figure is 4.8 inches wide, however many panels it has."""
    for rows, columns in [(1, 1), (2, 1), (4, 1), (1, 2)]:
        fig, axes = plotting.figure(rows, columns)
        assert fig.get_size_inches()[0] == 4.8
        assert (1 if rows * columns == 1 else len(axes)) == rows * columns


def test_lines_differ_in_colour_and_dash():
    """No two quantities share a colour or a dash."""
    lines = [plotting.line(name) for name in plotting.LINES]
    assert len({line["color"] for line in lines}) == len(lines)
    assert len({str(line["linestyle"]) for line in lines}) == len(lines)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plotting.figure(columns=3), "rows, columns: expected"),
        (lambda: plotting.line("Q"), "name: expected one of"),
    ],
)
def test_plotting_refusals(call, message):
    """Bad input names the argument."""
    with pytest.raises(ValueError, match=message):
        call()


def explore(**changes):
    x = np.linspace(0, 1, 5)
    settings = {
        "name": "test",
        "controls": [interactive.Control("a", "Slope", np.linspace(0, 4, 41), start=2)],
        "compute": lambda a: {"y": a * x, "end": a},
        "panels": [
            interactive.Panel(
                x,
                "x",
                "y",
                (0, 4),
                [interactive.Curve("y", "line")],
                [interactive.Dot("a", "end")],
                (0, 4),
            )
        ],
        "readouts": [interactive.Readout("end", "end value")],
        "alt": "A straight line whose slope follows the slider, with a dot at its end.",
        "caption": "Move it.",
    }
    return interactive.explore(**(settings | changes))._repr_html_()


def test_explore_table_is_the_functions():
    """The embedded table holds what compute returned, at every position."""
    data = json.loads(re.search(r"<script[^>]*>(.*)</script>", explore(), re.S)[1])
    assert len(data["table"]) == 41
    for value, row in zip(np.linspace(0, 4, 41), data["table"], strict=True):
        assert row["end"] == value
        np.testing.assert_allclose(row["y"], value * np.linspace(0, 1, 5), rtol=1e-3)


def test_explore_starts_where_it_was_told():
    """Without JavaScript the starting position is drawn and its number shown."""
    html = explore()
    assert 'data-value="2.0">2.00<' in html
    assert html.count("<polyline") == 1 and html.count("<circle") == 1
    assert 'class="explore-controls" hidden' in html


def test_explore_names_the_keys_that_are_missing():
    """A key that compute does not give is named, not a KeyError from inside."""
    with pytest.raises(ValueError, match=r"compute: .* \['y'\] missing"):
        explore(compute=lambda a: {"end": a})


def test_explore_cells_are_the_array():
    """One digit per cell at every position, first row on top; shapes are checked."""
    panel = interactive.Panel(
        [0, 1], "x", "y", (0, 1), cells=interactive.Cells("ink", 2, 3), ticks=False
    )

    def ink(a):
        return {"ink": np.full((2, 3), a / 4) * [[1], [0]], "end": a}

    html = explore(panels=[panel], compute=ink)
    data = json.loads(re.search(r"<script[^>]*>(.*)</script>", html, re.S)[1])
    assert data["table"][40]["ink"] == "999000" and data["table"][0]["ink"] == "000000"
    assert html.count("<rect") == 6 and 'fill-opacity="0.44"' in html
    with pytest.raises(ValueError, match=r"ink: expected shape \(2, 3\); got \(3, 2\)"):
        explore(panels=[panel], compute=lambda a: {"ink": np.ones((3, 2)), "end": a})
    with pytest.raises(ValueError, match=r"ink: .* with 6 NaN"):
        explore(
            panels=[panel], compute=lambda a: {"ink": np.full((2, 3), np.nan), "end": a}
        )


def test_explore_cells_below_zero_have_the_second_colour():
    """-1 is i at full ink, -1/9 is a; only these cells are of the second class."""
    panel = interactive.Panel(
        [0, 1], "x", "y", (0, 1), cells=interactive.Cells("ink", 1, 3), ticks=False
    )
    values = np.array([[-1, -1 / 9, 1]])
    html = explore(panels=[panel], compute=lambda a: {"ink": values, "end": a})
    data = json.loads(re.search(r"<script[^>]*>(.*)</script>", html, re.S)[1])
    assert data["table"][0]["ink"] == "ia9"
    assert html.count('class="second"') == 2 and html.count('fill-opacity="1.00"') == 2


def test_explore_drawing_has_states_and_words():
    """Circles and lines carry their state, texts their words, NaN becomes null."""
    drawing = interactive.Drawing(
        [(10, 10, 5, "cell")], [(15, 10, 40, 10, "edge")], [(60, 14, "said", 1)]
    )

    def compute(a):
        known = float("nan") if a < 3 else a
        return {"cell": int(a), "edge": 0, "said": f"a < {a:g}", "end": known}

    controls = [interactive.Control("a", "Step", np.arange(3.0), start=2)]
    html = explore(panels=[drawing], controls=controls, compute=compute)
    data = json.loads(re.search(r"<script[^>]*>(.*)</script>", html, re.S)[1])
    assert [row["cell"] for row in data["table"]] == [0, 1, 2]
    assert data["table"][1]["said"] == "a < 1" and data["table"][0]["end"] is None
    assert 'class="part part-2"' in html and ">a &lt; 2</text>" in html


def test_explore_refusals():
    """Too many positions, no panel or a missing alt text are refused by name."""
    many = [interactive.Control("a", "A", range(401))]
    for changes, message in [
        ({"controls": many}, "1 to 400 positions"),
        ({"controls": [interactive.Control("a", "A", [])]}, "1 to 400 positions"),
        ({"compute": lambda a: {"y": np.ones(int(a) + 3), "end": a}}, "y: .* each of"),
        ({"panels": []}, "1 to 3 panels"),
        ({"alt": "short"}, "alt: expected 40 to 300"),
    ]:
        with pytest.raises(ValueError, match=message):
            explore(**changes)
