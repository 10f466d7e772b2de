"""The built site, for the tests of this folder."""

import functools
import os
from html.parser import HTMLParser
from pathlib import Path

import pytest

from course_tools import book
from tests.support import ROOT

SITE = ROOT / "_build" / "html"


class Page(HTMLParser):
    """What the tests ask of one page: links, ids, images, scripts, styles."""

    VOID = frozenset({"img", "br", "hr", "input", "link", "meta"})

    def __init__(self, path: Path):
        super().__init__()
        self.path = path
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.images: list[dict[str, str]] = []
        self.assets: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        found = {k: v or "" for k, v in attrs}
        if found.get("id"):
            self.ids.add(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
            self.ids.add(found.get("name", ""))
        if tag == "img":
            self.images.append(found)
            self.assets.append(found.get("src", ""))
        if tag in ("script", "iframe", "source", "video", "audio") and found.get("src"):
            self.assets.append(found["src"])
        if tag == "link" and found.get("href"):
            self.assets.append(found["href"])


@functools.cache
def pages() -> tuple[Page, ...]:
    """Every page of the site."""
    if not (SITE / "index.html").exists():
        pytest.fail(f"expected the built book in {SITE}; run 'course build' first")
    return tuple(
        Page(path)
        for path in sorted(SITE.rglob("*.html"))
        if "_static" not in path.parts and "_modules" not in path.parts
    )


def names() -> list[str]:
    """The pages of the table of contents."""
    return book.pages()


BROWSER_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
]
