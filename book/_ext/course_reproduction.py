"""The report of the experiments, drawn from their declarations and result files."""

import base64
import json
import re
import statistics
import struct
import zlib
from typing import Any

from course_book import ROOT, CourseDirective, Element, element, up
from docutils import nodes
from sphinx.application import Sphinx

from course_tools import coverage, experiments
from course_tools.experiments import jobs
from course_tools.experiments.rules import spread

Row = dict[str, Any]
DASHES = ("", "7 3", "2 2", "9 3 2 3")
COLOURS = ("#0b6e99", "#b5480f", "#3f7d20", "#6d3fa0")


class Reproduction(CourseDirective):
    """A section per experiment: the source, ours, the rules and the verdicts."""

    def run(self) -> list[nodes.Node]:
        out: list[nodes.Node] = []
        known = experiments.declarations()
        order = ("lecture", "hybrid", "dirichlet", "hyper")
        for name in sorted(known, key=lambda n: (order.index(n.split("-")[0]), n)):
            declared = known[name]
            path = experiments.RESULTS / f"{name}.json"
            self.env.note_dependency(str(experiments.FOLDER / f"{name}.toml"))
            self.env.note_dependency(str(path))
            section = nodes.section(ids=[f"reproduction-{name}"])
            section += nodes.title("", declared["title"])
            section += nodes.paragraph("", f"Source: {declared['source']}.")
            if path.is_file():
                result = json.loads(path.read_text(encoding="utf-8"))
                section += self.measured(declared, result)
            else:
                section += self.to_come(declared)
            section += self.silent(declared)
            out.append(section)
        return out

    def measured(self, declared: Row, result: Row) -> list[nodes.Node]:
        seeds = result["settings"].get("seeds")
        told = f"Budget {result['budget']}, device {result['device']}"
        told += f", {len(seeds)} seeds" if seeds else ", nothing random"
        versions = ", ".join(f"{k} {v}" for k, v in result["versions"].items())
        told += f"; rules of {declared['written']}; {versions}."
        out: list[nodes.Node] = [nodes.paragraph("", told)]
        if less := self.less(declared, result):
            out.append(element("p", nodes.Text(less)))
        command = nodes.literal_block(result["command"], result["command"])
        out.append(command)
        out.append(self.verdicts(result))
        if "printed" in declared:
            rows = [
                [p["what"], p["source"], spread(result["samples"][p["ours"]])]
                for p in declared["printed"]
            ]
            head = ["quantity", "in the source", "ours: median (least to greatest)"]
            out.append(table([head, *rows]))
        out.append(table(jobs.load(result["experiment"]).summary(result)))
        if "curves" in result:
            out += curves(result["curves"])
        for picture in result.get("pictures", []):
            out.append(weights(picture["method"], picture["weights"]))
        return out

    def less(self, declared: Row, result: Row) -> str:
        """What a run at full budget has more, and needs."""
        full = declared["settings"] | declared.get("budget", {}).get("full", {})
        here = result["settings"]
        parts = [
            f"{key} {plain(here.get(key))} of {plain(value)}"
            for key, value in full.items()
            if here.get(key) != value
        ]
        if not parts:
            return ""
        return f"Less than full budget: {', '.join(parts)}. Full: {declared['needs']}."

    def verdicts(self, result: Row) -> Element:
        rows = {row.id: row for row in coverage.read(ROOT)}
        body = [["claim", "statement", "how it is decided", "found", "verdict"]]
        links: list[nodes.Node] = []
        for claim, found in zip(result["claims"], result["verdicts"], strict=True):
            rules, values = [], []
            for condition, e in zip(
                claim["conditions"], found["evidence"], strict=True
            ):
                rules.append(minus(f"{condition['rule']} {condition['bound']:g}"))
                value = "nobody arrived" if e["value"] is None else f"{e['value']:.4g}"
                if "interval" in e:
                    low, high = e["interval"]
                    middle = statistics.median(result["samples"][condition["sample"]])
                    value += f" [{low:.3g}, {high:.3g}], median {middle:.3g}"
                values.append(minus(value))
            starts = [e.get("seeds") for e in found["evidence"]]
            for k, n in enumerate(starts):  # said once if it is the same for all
                if n is not None and n not in starts[k + 1 :]:
                    values[k] += f", n = {n}"
            statistic = claim.get("statistic", "")
            how = f"{statistic}: {'; '.join(rules)}" if statistic else "; ".join(rules)
            verdict = found["verdict"]
            body.append(
                [claim["id"], found["statement"], how, "; ".join(values), verdict]
            )
            item = rows.get(re.sub(r"(?<=\d)-.*", "", claim["id"]))
            page = item.page if item else ""
            target = up(self.env.docname) + coverage.href(page, ROOT) if page else ""
            text = nodes.Text(claim["id"])
            links.append(element("a", text, href=target) if page else text)
        return table(body, links)

    def to_come(self, declared: Row) -> list[nodes.Node]:
        text = f"Not run at full budget. It needs: {declared['needs']}."
        claims = [["claim", "statement", "how it will be decided", "verdict"]]
        for claim in declared["claims"]:
            rules = "; ".join(
                f"{c['rule']} {c['bound']:g}" for c in claim["conditions"]
            )
            how = f"{claim['statistic']}: {rules}"
            claims.append([claim["id"], claim["statement"], how, "not run"])
        out: list[nodes.Node] = [element("p", nodes.Text(text))]  # "--" stays "--"
        out.append(table(claims))
        if "printed" in declared:
            rows = [[p["what"], p["source"], "not run"] for p in declared["printed"]]
            out.append(table([["quantity", "in the source", "ours"], *rows]))
        return out

    def silent(self, declared: Row) -> list[nodes.Node]:
        lines = [element("li", nodes.Text(line)) for line in declared.get("ours", [])]
        lines += [
            element("li", nodes.Text(f"{c['date']}: {c['what']} {c['why']}"))
            for c in declared.get("changed", [])
        ]
        if not lines:
            return []
        title = element("summary", nodes.Text("Ours, where the source is silent"))
        return [element("details", title, element("ul", *lines))]


class MeasuredTable(CourseDirective):
    """The table of one experiment's result file, for the chapter that discusses it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        path = experiments.RESULTS / f"{name}.json"
        self.env.note_dependency(str(path))
        if not path.is_file():
            raise self.error(f"measured-table: expected {path.name} in book/results")
        result = json.loads(path.read_text(encoding="utf-8"))
        return [table(jobs.load(name).summary(result))]


def plain(value: Any) -> str:
    """A setting as words."""
    if isinstance(value, list):
        return ", ".join(plain(entry) for entry in value)
    return str(value)


def minus(text: str) -> str:
    """Hyphens before digits become minus signs."""
    return re.sub(r"-(?=\d)", "−", text)


def table(rows: list[list[str]], first: list[nodes.Node] | None = None) -> Element:
    """A table that scrolls sideways; ``first`` are nodes for the first column."""
    head = (element("th", nodes.Text(text), scope="col") for text in rows[0])
    body = element("tbody")
    for i, (label, *cells) in enumerate(rows[1:]):
        corner = first[i] if first else nodes.Text(label)
        body += element(
            "tr",
            element("th", corner, scope="row"),
            *(element("td", nodes.Text(cell)) for cell in cells),
        )
    whole = element(
        "table",
        element("thead", element("tr", *head)),
        body,
        class_="table",
        tabindex="0",
    )
    return element("div", whole, class_="course-methods course-coverage")


def curves(found: dict[str, Row]) -> list[nodes.Node]:
    """Four median curves in decibels with their 10 and 90 % quantiles."""
    names = ("Adam", "frozen trunk", "hybrid", "Levenberg-Marquardt")
    floor, right, bottom = -90.0, 440.0, 260.0
    last = len(found[names[0]]["median"]) - 1

    def points(db: list[float]) -> list[str]:
        return [
            f"{40 + (right - 40) * k / last:.1f},{10 + (bottom - 10) * d / floor:.1f}"
            for k, d in enumerate(db)
        ]

    drawn: list[Element] = []
    for db in range(0, -91, -10):
        y = 10 + (bottom - 10) * db / floor
        line = {"x1": 40, "x2": right, "y1": y, "y2": y, "stroke": "#8888"}
        label = nodes.Text(f"{db}".replace("-", "−"))
        drawn.append(element("line", **line))
        drawn.append(
            element(
                "text", label, x=34, y=y + 4, text_anchor="end", fill="currentColor"
            )
        )
    for k in range(0, last + 1, max(1, last // 5)):
        x = 40 + (right - 40) * k / last
        drawn.append(
            element(
                *("text", nodes.Text(str(k))),
                **{"x": x, "y": bottom + 16, "text-anchor": "middle"},
                fill="currentColor",
            )
        )
    legend = element("p")
    for name, colour, dash in zip(names, COLOURS, DASHES, strict=True):
        curve = found[name]
        band = points(curve["low"]) + points(curve["high"])[::-1]
        drawn.append(
            element("polygon", points=" ".join(band), fill=colour, fill_opacity=0.12)
        )
        drawn.append(
            element(
                "polyline",
                points=" ".join(points(curve["median"])),
                fill="none",
                stroke=colour,
                stroke_width=2,
                stroke_dasharray=dash or "none",
            )
        )
        line = element(
            "line",
            **{"x1": 0, "x2": 30, "y1": 6, "y2": 6, "stroke": colour},
            stroke_width=2,
            stroke_dasharray=dash or "none",
        )
        legend += element("svg", line, width=34, height=12, aria_hidden="true")
        legend += nodes.Text(f" {name}   ")
    end = {name: found[name]["median"][-1] for name in names}
    text = "; ".join(minus(f"{name} ends at {db:g} dB") for name, db in end.items())
    svg = element(
        "svg",
        *drawn,
        viewBox=f"0 0 {right + 10:g} {bottom + 24:g}",
        role="img",
        aria_label=f"Median training error in decibels against epochs: {text}.",
        style="max-width: 34rem; font-size: 11px",
    )
    caption = element(
        "p",
        nodes.Text(
            "Training error in dB of the start's against epochs: medians over the "
            f"starts, bands from the 10 to the 90 % quantile. In the median {text}."
        ),
    )
    return [svg, legend, caption]


def weights(method: str, values: list[float]) -> Element:
    """A picture of the digit network's first layer: 16 units, 8 × 8 weights each."""
    units = [values[k : k + 64] for k in range(0, len(values), 64)]
    tops = [max(abs(v) for v in unit) for unit in units]
    rows = []
    for y in range(8):
        line = []
        for unit, top in zip(units, tops, strict=True):
            part = unit[8 * y : 8 * y + 8]
            line += [round(127.5 + 127.5 * v / top) for v in part] + [255]
        rows.append(bytes([0, *line]))
    size = struct.pack(">2I5B", 16 * 9, 8, 8, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n"
    for kind, data in (
        (b"IHDR", size),
        (b"IDAT", zlib.compress(b"".join(rows), 9)),
        (b"IEND", b""),
    ):
        check = struct.pack(">I", zlib.crc32(kind + data))
        png += struct.pack(">I", len(data)) + kind + data + check
    usual = statistics.median(tops)
    text = (
        f"{method}: weights of the 16 hidden units after training, start 0; black is "
        f"a unit's most negative, white its most positive; the largest of all is "
        f"{max(tops):.3g}, the median of the units' largest {usual:.3g}."
    )
    image = element(
        "img",
        src="data:image/png;base64," + base64.b64encode(png).decode(),
        alt=text,
        style="width: 100%; image-rendering: pixelated",
    )
    return element("figure", image, element("figcaption", nodes.Text(text)))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("measured-table", MeasuredTable)
    app.add_directive("reproduction", Reproduction)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
