"""``course build --pdf``: the whole book as one PDF, printed by a headless Chromium.

The pages of the built site are joined to one long page, in the order of _toc.yml:
ids get the page's number in front, so that links between pages lead inside the PDF;
pictures of the light site stay, scripts go, folded text opens (but not the code that
the site hides). Needs no network: MathJax and the styles lie in the site.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from posixpath import dirname, normpath
from posixpath import join as join_path

from course_tools import book, doctor
from course_tools.errors import CourseError

# On paper: no bars and buttons, one page after the other, wide tables made small.
STYLE = """
@page { size: A4; margin: 18mm 16mm 18mm 16mm; }
html, body { font-size: 10.5pt; background: #fff; }
article { break-before: page; max-width: none; }
article:first-of-type { break-before: auto; }
h1, h2, h3, h4 { break-after: avoid; }
figure, img, svg, .explore { break-inside: avoid; max-width: 100%; }
table { font-size: 8pt !important; max-width: 100%; }
td, th { min-width: 0 !important; overflow-wrap: anywhere; }
.course-coverage, .course-pitfalls, pre, div.math { overflow: visible !important; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 8pt; }
.course-dark, .headerlink, .course-buttons, .copybtn { display: none !important; }
.tag_hide-input details:not([open]) { display: none; }
"""


def _target(href: str, page: str, number: dict[str, int]) -> str:
    """Where a link of ``page`` leads in the joined page; foreign ones stay."""
    if re.match(r"[a-z]+:|//", href):
        return href
    path, _, fragment = href.partition("#")
    name = page
    if path:
        name = normpath(join_path(dirname(page), path)).removesuffix(".html")
    name = "intro" if name == "index" else name
    if name not in number:
        return "#p0"
    return f"#p{number[name]}" + (f"-{fragment}" if fragment else "")


def joined(site: Path, names: Sequence[str]) -> str:
    """One HTML page of all the pages' articles; it belongs into the site's folder."""
    from bs4 import BeautifulSoup

    number = {name: k for k, name in enumerate(names)}
    parts: dict[str, None] = {}  # of all heads: styles and MathJax, each once
    articles = []
    for name in names:
        path = site / f"{name}.html"
        if not path.exists():
            raise CourseError(f"expected {path}; build the book first: course build")
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for tag in soup.head.find_all(["link", "script"]) if soup.head else []:
            text = str(tag)
            if 'rel="stylesheet"' in text or "window.MathJax" in text:
                parts.setdefault(text.replace("../", ""))
            elif "tex-svg" in text:  # only pages with formulas have it
                parts.setdefault(text.replace("../", ""))
        article = soup.select_one("article")
        if article is None:
            raise CourseError(f"expected an <article> in {path} and found none")
        for script in article.find_all("script"):
            script.decompose()
        for tag in article.find_all(True):
            for kind in ("id", "for", "aria-describedby", "aria-labelledby"):
                if kind in tag.attrs:
                    value = tag.attrs[kind]
                    words = value if isinstance(value, list) else str(value).split()
                    tag.attrs[kind] = " ".join(f"p{number[name]}-{w}" for w in words)
            if tag.name == "a" and "href" in tag.attrs:
                tag["href"] = _target(str(tag["href"]), name, number)
            if tag.name == "img" and "src" in tag.attrs:
                tag["src"] = normpath(join_path(dirname(name), str(tag["src"])))
            hides_code = "hide" in (tag.get("class") or [])
            if tag.name == "details" and not hides_code:
                tag["open"] = ""
        article["id"] = f"p{number[name]}"
        articles.append(str(article))
    head = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en" data-theme="light" data-mode="light">'
        '<head><meta charset="utf-8"><title>From neurons to networks</title>\n'
        f"{head}\n<style>{STYLE}</style></head>\n"
        f"<body>{''.join(articles)}</body></html>\n"
    )


def write(target: Path, names: Sequence[str] | None = None) -> int:
    """Print the pages (all of them) of the built site; the number of sheets."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise CourseError(
            "expected playwright, which drives Chromium; pip install '.[dev]'"
        ) from error
    site = book.BUILD / "html"
    page_file = site / "_print.html"
    text = joined(site, names or book.pages())
    chromium = doctor.chromium()
    page_file.write_text(text, encoding="utf-8")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium.found if chromium.present else None,
                args=["--no-sandbox"],
            )
            page = browser.new_page(color_scheme="light", reduced_motion="reduce")
            page.set_default_timeout(180_000)
            page.goto(page_file.as_uri())
            page.wait_for_function(
                "window.MathJax && MathJax.startup && MathJax.startup.promise"
            )
            page.evaluate("MathJax.startup.promise.then(() => null)")
            bare = page.evaluate(
                "[...document.querySelectorAll('.math')]"
                ".filter(m => !m.querySelector('mjx-container svg')).length"
            )
            if bare:
                raise CourseError(f"{bare} formulas were not typeset; nothing printed")
            page.pdf(
                path=target,
                prefer_css_page_size=True,
                print_background=True,
                outline=True,
                tagged=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template='<div style="font-size:8px;width:100%;'
                'text-align:center"><span class="pageNumber"></span></div>',
            )
            browser.close()
    except Error as error:
        raise CourseError(
            f"Chromium did not print the book ({str(error).splitlines()[0]}); "
            f"it was looked for and {chromium.found}; {chromium.remedy}"
        ) from error
    finally:
        page_file.unlink(missing_ok=True)
    return len(re.findall(rb"/Type\s*/Page\b", target.read_bytes()))
