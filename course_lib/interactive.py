"""Interactive figures that need nothing but a browser: a small table and a script.

``explore`` computes one row per position of its controls with the library, draws the
starting position as SVG (all there is without JavaScript) and embeds the table; the
site's script moves curves, dots and readouts when a slider moves.
"""

import html
import itertools
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "Cells",
    "Control",
    "Curve",
    "Dot",
    "Drawing",
    "Figure",
    "Panel",
    "Readout",
    "explore",
]

WIDTH, HEIGHT, SQUARE_HEIGHT = 480, 240, 350  # of a panel, in its own units
LEFT, RIGHT, TOP, BOTTOM = 58, 20, 12, 44  # margins for the axis texts
STROKES = ("#0b5394", "#d55e00", "#007a5a", "#5c4b8a")  # curves without a style sheet
DASHES = ("", "7 4", "2 4", "9 3 2 3")
INKS = "ihgfedcba0123456789"  # of a cell: -9 to 9 ninths
SECOND = ' class="second" fill="#d55e00"'


@dataclass(frozen=True)
class Control:
    """A slider over ``values``; ``name`` is the argument of ``compute``."""

    name: str
    label: str
    values: Sequence[float]
    unit: str = ""
    start: float | None = None


@dataclass(frozen=True)
class Curve:
    """A curve whose ordinates are ``compute(...)[y]``, or the array ``y`` if fixed."""

    y: Any
    label: str
    x: str | None = None
    fixed: bool = False


@dataclass(frozen=True)
class Dot:
    """A dot at (key, key); a control's name is a key too."""

    x: str
    y: str


@dataclass(frozen=True)
class Cells:
    """A grid of squares that fills the panel, its first row on top.

    ``compute(...)[key]`` is an array (rows, columns) from 0 (empty) to 1 (full ink);
    negative values, down to -1, are inked in the second colour.
    """

    key: str
    rows: int
    columns: int


@dataclass(frozen=True)
class Panel:
    """Axes with fixed ranges, curves and dots, or cells; ``ticks`` may be left out.

    ``square`` gives both axes one scale (cells become squares) in a higher panel.
    """

    x: Any
    x_label: str
    y_label: str
    y_range: tuple[float, float]
    curves: Sequence[Curve] = ()
    dots: Sequence[Dot] = ()
    x_range: tuple[float, float] | None = None
    cells: Cells | None = None
    ticks: bool = True
    square: bool = False


@dataclass(frozen=True)
class Drawing:
    """Instead of axes: circles, lines and texts in a box 480 wide.

    For circles (x, y, radius, key) and lines (x1, y1, x2, y2, key),
    ``compute(...)[key]`` is 0 (not yet), 1 (there) or 2 (now); for texts (x, y, key,
    tone), centred, it is a string. Tone 0 is ink, 1 the second colour.
    """

    circles: Sequence[tuple[float, float, float, str]]
    lines: Sequence[tuple[float, float, float, float, str]]
    texts: Sequence[tuple[float, float, str, int]]
    height: float = HEIGHT


@dataclass(frozen=True)
class Readout:
    """A number ``compute(...)[key]`` shown with ``digits`` significant digits.

    What is not finite is shown as a dash.
    """

    key: str
    label: str
    unit: str = ""
    digits: int = 3


@dataclass(frozen=True)
class Figure:
    """What a cell ends with; the notebook shows its HTML."""

    markup: str = field(repr=False)

    def _repr_html_(self) -> str:
        return self.markup


def _number(value: float, digits: int) -> str:
    """Significant digits without an exponent; the script rounds the same way."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "–"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{places}f}"


def _ticks(low: float, high: float) -> list[float]:
    """About five round numbers between low and high."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


class _Box(NamedTuple):
    """The axes' place inside a panel, in the panel's units."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float

    def inside(self) -> tuple[float, float]:
        """Width and height of the axes."""
        return self.width - self.left - self.right, self.height - self.top - self.bottom


def _box(panel: Panel, xs: tuple[float, float]) -> _Box:
    """The usual margins, or wider ones on both sides where one scale is asked for."""
    if not panel.square:
        return _Box(WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM)
    tall = SQUARE_HEIGHT - TOP - BOTTOM
    if panel.cells:
        aspect = panel.cells.columns / panel.cells.rows
    else:
        aspect = (xs[1] - xs[0]) / abs(panel.y_range[1] - panel.y_range[0])
    wide = min(tall * aspect, WIDTH - LEFT - RIGHT)
    left = LEFT + (WIDTH - LEFT - RIGHT - wide) / 2
    bottom = SQUARE_HEIGHT - TOP - wide / aspect
    return _Box(WIDTH, SQUARE_HEIGHT, left, WIDTH - left - wide, TOP, bottom)


def _points(
    x: Any, y: Any, xs: tuple[float, float], ys: tuple[float, float], box: _Box
) -> str:
    """Polyline points; what is not finite is left out, what is outside is clipped."""
    out, (wide, tall) = [], box.inside()
    for a, b in zip(x, y, strict=True):
        if math.isfinite(b):
            b = min(max(b, ys[0]), ys[1])
            px = box.left + (a - xs[0]) / (xs[1] - xs[0]) * wide
            py = box.top + (ys[1] - b) / (ys[1] - ys[0]) * tall
            out.append(f"{px:.1f},{py:.1f}")
    return " ".join(out)


def _short(values: Any) -> list[float | None]:
    """Curve ordinates to four digits: enough for the eye, small on the page."""
    return [
        float(f"{v:.4g}") if math.isfinite(v) else None
        for v in np.asarray(values, dtype=float)
    ]


def _finite(value: Any) -> float | None:
    """A number for JSON, which knows no infinity."""
    return float(value) if math.isfinite(value) else None


def _levels(values: Any, cells: Cells) -> str:
    """One character per cell, row by row: i to a (second colour), 0, 1 to 9."""
    ink = np.asarray(values, dtype=float)
    if ink.shape != (cells.rows, cells.columns) or np.isnan(ink).any():
        raise ValueError(
            f"{cells.key}: expected shape {(cells.rows, cells.columns)}; "
            f"got {ink.shape} with {np.isnan(ink).sum()} NaN"
        )
    levels = np.rint(9 * np.clip(ink, -1, 1)).astype(int)
    return "".join(INKS[9 + level] for level in levels.ravel())


def explore(
    name: str,
    controls: Sequence[Control],
    compute: Callable[..., dict[str, Any]],
    panels: Sequence[Panel | Drawing],
    readouts: Sequence[Readout],
    alt: str,
    caption: str,
) -> Figure:
    """An interactive figure from a table of at most 400 rows.

    Parameters
    ----------
    name : str
        Unique in the book; tests and links use it.
    compute : callable
        Called with one keyword per control; returns numbers for dots and readouts and
        arrays as long as a panel's ``x`` for its curves.

    Raises
    ------
    ValueError
        If there are too many positions, too many panels, an alt text of the wrong
        length, or a key that ``compute`` does not give.
    """
    positions = list(itertools.product(*(c.values for c in controls)))
    if not 1 <= len(positions) <= 400 or not 1 <= len(panels) <= 3:
        raise ValueError(
            f"controls, panels: expected 1 to 400 positions and 1 to 3 panels, "
            f"got {len(positions)} and {len(panels)}"
        )
    if not 40 <= len(alt) <= 300:
        raise ValueError(f"alt: expected 40 to 300 characters, got {len(alt)}")
    rows = [
        compute(**{c.name: v for c, v in zip(controls, p, strict=True)})
        | {c.name: float(v) for c, v in zip(controls, p, strict=True)}
        for p in positions
    ]
    at = [_start(control) for control in controls]
    start = 0  # the row of the starting position: the last control is the fastest
    for c, k in zip(controls, at, strict=True):
        start = start * len(c.values) + k
    row, table = rows[start], _table(rows, panels, readouts)
    drawn = [
        _sketch(panel, row) if isinstance(panel, Drawing) else _draw(panel, row)
        for panel in panels
    ]
    data = {
        "controls": [
            {"name": c.name, "values": [float(v) for v in c.values]} for c in controls
        ],
        "panels": [axes for _, axes in drawn],
        "digits": {r.key: r.digits for r in readouts},
        "table": table,
    }
    sliders = "".join(_slider(c, k) for c, k in zip(controls, at, strict=True))
    payload = json.dumps(data, separators=(",", ":"), allow_nan=False)
    payload = payload.replace("</", "<\\/")  # a script ends at the first "</"
    return Figure(
        f'<figure class="explore" id="explore-{name}" data-explore="{name}">'
        f'<div class="explore-panels" role="img" aria-label="{html.escape(alt)}">'
        f"{''.join(svg for svg, _ in drawn)}</div>"
        f'<div class="explore-controls" hidden>{sliders}</div>'
        '<dl class="explore-readouts" aria-live="polite">'
        f"{''.join(_reading(r, float(row[r.key])) for r in readouts)}</dl>"
        f"<figcaption>{html.escape(caption)}</figcaption>"
        f'<script type="application/json">{payload}</script>'
        "</figure>"
    )


def _start(control: Control) -> int:
    """The number of the value at which a slider starts: the nearest to ``start``."""
    if control.start is None:
        return 0
    return int(np.abs(np.asarray(control.values) - control.start).argmin())


def _table(
    rows: Sequence[dict[str, Any]],
    panels: Sequence[Panel | Drawing],
    readouts: Sequence[Readout],
) -> list[dict[str, Any]]:
    """Of every position what the script needs, and nothing else, ready for JSON."""
    plots = [p for p in panels if isinstance(p, Panel)]
    sketches = [p for p in panels if isinstance(p, Drawing)]
    curves = {c.y for p in plots for c in p.curves if not c.fixed}
    curves |= {c.x for p in plots for c in p.curves if c.x}
    numbers = {k for p in plots for d in p.dots for k in (d.x, d.y)}
    numbers |= {r.key for r in readouts}
    grids = [p.cells for p in plots if p.cells]
    states = {part[-1] for d in sketches for part in (*d.circles, *d.lines)}
    words = {text[2] for d in sketches for text in d.texts}
    wanted = curves | numbers | states | words | {cells.key for cells in grids}
    if missing := wanted - set(rows[0]):
        raise ValueError(
            f"compute: expected the keys {sorted(wanted)}; {sorted(missing)} missing"
        )
    moving = [(c, p.x) for p in plots for c in p.curves if not c.fixed]
    for row in rows:
        for c, x in moving:
            lengths = np.size(row[c.y]), np.size(row[c.x] if c.x else x)
            if lengths[0] != lengths[1]:
                raise ValueError(
                    f"{c.y}: expected a number for each of the {lengths[1]} abscissae "
                    f"in every position; got {lengths[0]}"
                )
    return [
        {k: _short(row[k]) for k in sorted(curves)}
        | {cells.key: _levels(row[cells.key], cells) for cells in grids}
        | {k: _finite(row[k]) for k in sorted(numbers)}
        | {k: int(row[k]) for k in sorted(states)}
        | {k: str(row[k]) for k in sorted(words)}
        for row in rows
    ]


def _slider(control: Control, k: int) -> str:
    """A control's label and slider, standing at its value number k."""
    label, unit = html.escape(control.label), html.escape(control.unit)
    value = f"{control.values[k]:g}"
    return (
        f'<label class="explore-control"><span>{label}: '
        f'<output data-control="{control.name}">{value}</output>'
        f" {unit}</span>"
        f'<input type="range" min="0" max="{len(control.values) - 1}" value="{k}" '
        f'step="1" data-control="{control.name}" aria-label="{label}" '
        f'aria-valuetext="{value} {unit}"></label>'
    )


def _reading(readout: Readout, value: float) -> str:
    """A readout's label, number and unit."""
    return (
        f"<div><dt>{html.escape(readout.label)}</dt>"
        f'<dd><span data-readout="{readout.key}" data-value="{value!r}">'
        f"{_number(value, readout.digits)}</span>"
        f" {html.escape(readout.unit)}</dd></div>"
    )


def _draw(panel: Panel, row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """One panel's SVG at the start, and what the script needs to move it."""
    x = np.asarray(panel.x, dtype=float)
    xs = panel.x_range or (float(x.min()), float(x.max()))
    ys, box = panel.y_range, _box(panel, xs)
    floor, parts, moving = box.height - box.bottom, [], []

    def spot(a: float, b: float) -> tuple[str, str]:
        px, py = _points([a], [b], xs, ys, box).split(",")
        return px, py

    if panel.cells:
        parts.append(_cells(panel.cells, row, box))
    for value in _ticks(*xs) if panel.ticks else ():
        px, _ = spot(value, ys[0])
        parts.append(
            f'<line class="grid" stroke="#c9d6e2" x1="{px}" x2="{px}" y1="{TOP}" '
            f'y2="{floor:g}"/>'
            f'<text x="{px}" y="{floor + 17:g}" text-anchor="middle">'
            f"{value:g}</text>"
        )
    for value in _ticks(*ys) if panel.ticks else ():
        _, py = spot(xs[0], value)
        parts.append(
            f'<line class="grid" stroke="#c9d6e2" x1="{box.left:g}" '
            f'x2="{WIDTH - box.right:g}" y1="{py}" y2="{py}"/>'
            f'<text x="{box.left - 6:g}" y="{float(py) + 4:.1f}" text-anchor="end">'
            f"{value:g}</text>"
        )
    for k, curve in enumerate(panel.curves):
        y = curve.y if curve.fixed else row[curve.y]
        abscissa = row[curve.x] if curve.x else x
        dash = DASHES[k % len(DASHES)]
        parts.append(
            # Colours here serve a notebook, which has no style sheet; on the site
            # the style sheet's win, and follow the page's light or dark.
            f'<polyline class="curve curve-{k}" fill="none" '
            f'stroke="{STROKES[k % len(STROKES)]}" stroke-width="1.8" points="'
            f'{_points(abscissa, np.asarray(y, dtype=float), xs, ys, box)}"'
            f"{f' stroke-dasharray={dash!r}' if dash else ''}/>"
        )
        if not curve.fixed:
            moving.append({"curve": k, "y": curve.y, "x": curve.x})
    dots = []
    for dot in panel.dots:
        px, py = spot(float(row[dot.x]), float(row[dot.y]))
        parts.append(f'<circle class="dot" r="5" fill="#d55e00" cx="{px}" cy="{py}"/>')
        dots.append({"x": dot.x, "y": dot.y})
    middle = (box.left + WIDTH - box.right) / 2
    parts.append(
        f'<text x="{middle:g}" y="{floor + BOTTOM - 6:g}" text-anchor="middle">'
        f"{html.escape(panel.x_label)}</text>"
        f'<text transform="translate({box.left - LEFT + 13:g} {(floor + TOP) / 2:g}) '
        'rotate(-90)" '
        f'text-anchor="middle">{html.escape(panel.y_label)}</text>'
    )
    svg = (
        f'<svg viewBox="0 0 {WIDTH} {floor + BOTTOM:g}" aria-hidden="true" '
        'focusable="false" '
        'style="max-width: 560px" font-family="system-ui, sans-serif" font-size="13" '
        'fill="currentColor">'
        f"{''.join(parts)}</svg>"
    )
    axis = {"xs": xs, "ys": ys, "x": _short(x), "curves": moving, "dots": dots}
    axis["box"] = box
    if panel.cells:
        axis["cells"] = panel.cells.key
    return svg, axis


def _cells(cells: Cells, row: dict[str, Any], box: _Box) -> str:
    """The squares, drawn from the top left, as one SVG group."""
    w, h = box.inside()[0] / cells.columns, box.inside()[1] / cells.rows
    squares = [
        f'<rect x="{box.left + w * (k % cells.columns):.2f}" '
        f'y="{TOP + h * (k // cells.columns):.2f}" width="{w:.2f}" height="{h:.2f}" '
        f'fill-opacity="{abs(INKS.index(level) - 9) / 9:.2f}"'
        f"{SECOND if level > '9' else ''}/>"
        for k, level in enumerate(_levels(row[cells.key], cells))
    ]
    return f'<g class="cells" fill="#0b5394">{"".join(squares)}</g>'


def _sketch(drawing: Drawing, row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A drawing's SVG at the start; the script finds its parts by their key."""
    ink = ("#c9d6e2", "#0b5394", "#d55e00")
    parts = [
        f'<line data-key="{key}" class="part part-{row[key]}" '
        f'stroke="{ink[row[key]]}" x1="{a}" y1="{b}" x2="{c}" y2="{d}"/>'
        for a, b, c, d, key in drawing.lines
    ]
    parts += [
        f'<circle data-key="{key}" class="part part-{row[key]}" fill="none" '
        f'stroke="{ink[row[key]]}" cx="{x}" cy="{y}" r="{r}"/>'
        for x, y, r, key in drawing.circles
    ]
    parts += [
        f'<text data-key="{key}" class="tone-{tone}" x="{x}" y="{y}" '
        f'text-anchor="middle">{html.escape(str(row[key]))}</text>'
        for x, y, key, tone in drawing.texts
    ]
    svg = (
        f'<svg viewBox="0 0 {WIDTH} {drawing.height:g}" aria-hidden="true" '
        'focusable="false" style="max-width: 560px" font-family="system-ui, '
        'sans-serif" font-size="13" fill="currentColor">'
        f"{''.join(parts)}</svg>"
    )
    return svg, {"curves": [], "dots": []}
