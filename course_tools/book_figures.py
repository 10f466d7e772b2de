"""The dark twins of the book's figures.

A figure is drawn once, black on white. Its twin has every colour of the course
replaced by the one made for a dark page, and the style sheet shows the right one of
the two; a printed page and a page without JavaScript show the white one.
"""

import re
from pathlib import Path

from course_lib.plotting import DARK

COLOR = re.compile(r"#[0-9a-fA-F]{6}\b")
IMAGE = re.compile(r'<img\b[^>]*?src="([^"]*_images/[^"]+)\.svg"[^>]*?/?>')


def darken(svg: str) -> str:
    """The drawing in dark colours; text has none of its own and takes the root's."""
    svg = COLOR.sub(lambda found: DARK.get(found[0].lower(), found[0]), svg)
    return svg.replace("<svg ", f'<svg fill="{DARK["#000000"]}" ', 1)


def add_twins(html: Path) -> int:
    """Write the twin of each figure under ``html`` and show both to the style sheet."""
    drawings = [p for p in (html / "_images").glob("*.svg") if "-dark" not in p.stem]
    for path in drawings:
        twin = darken(path.read_text(encoding="utf-8"))
        path.with_name(f"{path.stem}-dark.svg").write_text(twin, encoding="utf-8")

    def pair(found: re.Match[str]) -> str:
        image, address = found[0], found[1]
        twin = image.replace(f"{address}.svg", f"{address}-dark.svg")
        light, dark = (
            i.replace("<img ", f'<img class="course-{kind}" ', 1)
            for i, kind in ((image, "light"), (twin, "dark"))
        )
        return light + dark

    for page in html.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        changed = IMAGE.sub(pair, text)
        if changed != text:
            page.write_text(changed, encoding="utf-8")
    return len(drawings)
