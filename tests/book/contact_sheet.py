"""Every page of the built site on one sheet: light, dark, phone.

``python -m tests.book.contact_sheet [PAGE ...]`` writes ``_build/contact/``: one long
picture per page and look, and ``sheet.png`` with the tops of all of them side by side.
Look at it after every change of style; no test replaces that.
"""

import sys
from pathlib import Path

from PIL import Image

from tests.book.site import BROWSER_FLAGS, SITE, names
from tests.support import ROOT, chromium

OUT = ROOT / "_build" / "contact"
LOOKS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (360, "dark")}
TALLEST = 16000  # Chromium draws no taller picture in one piece


def shoot(wanted: list[str]) -> list[Path]:
    """One full-page picture for each page and look."""
    from playwright.sync_api import sync_playwright

    OUT.mkdir(parents=True, exist_ok=True)
    made = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=BROWSER_FLAGS
        )
        for look, (width, theme) in LOOKS.items():
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=theme,
                reduced_motion="reduce",
            )
            page = context.new_page()
            for name in wanted:
                page.goto((SITE / f"{name}.html").as_uri())
                page.evaluate("window.MathJax && MathJax.startup.promise")
                page.wait_for_timeout(300)
                height = page.evaluate("document.documentElement.scrollHeight")
                path = OUT / f"{name.replace('/', '--')}-{look}.png"
                page.screenshot(
                    path=path,
                    full_page=True,
                    clip={
                        "x": 0,
                        "y": 0,
                        "width": width,
                        "height": min(height, TALLEST),
                    },
                )
                made.append(path)
            context.close()
        browser.close()
    return made


def sheet(pictures: list[Path]) -> Path:
    """The tops of the pictures in a grid, one row per page."""
    columns, cell = len(LOOKS), (420, 560)
    rows = -(-len(pictures) // columns)
    size = (columns * (cell[0] + 10), rows * (cell[1] + 10))
    whole = Image.new("RGB", size, "#808080")
    for k, path in enumerate(sorted(pictures)):
        with Image.open(path) as full:
            scale = cell[0] / full.width
            top = full.crop((0, 0, full.width, min(full.height, cell[1] / scale)))
            small = top.convert("RGB").resize(
                (cell[0], max(1, round(top.height * scale)))
            )
        spot = (k % columns * (cell[0] + 10), k // columns * (cell[1] + 10))
        whole.paste(small, spot)
    path = OUT / "sheet.png"
    whole.save(path)
    return path


if __name__ == "__main__":
    if chromium() is None:
        sys.exit("contact_sheet: needs Chromium; 'course doctor' says how")
    if not (SITE / "index.html").exists():
        sys.exit("contact_sheet: needs the built book; run 'course build' first")
    print(sheet(shoot(sys.argv[1:] or [*names(), "search"])))
