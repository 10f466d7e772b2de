"""Files that are written whole, and the HTML of reports and feedback."""

import html
from collections.abc import Iterable, Sequence
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(text.encode("utf-8", "replace"))
    part.replace(path)


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;"
    "padding:0 1rem;color:#222}table{border-collapse:collapse;margin:1rem 0}"
    "td,th{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left;"
    "vertical-align:top}pre{background:#f5f5f5;padding:.6rem;overflow-x:auto}"
    ".n{text-align:right;white-space:nowrap}"
)


def page(title: str, body: str) -> str:
    """A complete page of HTML without a script or a request."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body>\n<h1>{html.escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of HTML, every cell escaped; numbers stand right."""

    def cell(value: object) -> str:
        number = isinstance(value, int | float)
        text = f"{value:g}" if isinstance(value, float) else str(value)
        return f"<td{' class=n' if number else ''}>{html.escape(text)}</td>"

    head = "".join(f"<th>{html.escape(text)}</th>" for text in heads)
    lines = ("<tr>" + "".join(map(cell, row)) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>\n" + "\n".join(lines) + "\n</table>"
