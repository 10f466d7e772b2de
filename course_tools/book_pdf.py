"""``course build --pdf``: the whole book as one PDF, printed by a headless Chromium.

The pages of the built site are joined to one long page, in the order of _toc.yml,
behind a cover and a table of contents: ids get the page's number in front, so that
links between pages lead inside the PDF; pictures of the light site stay, scripts go,
folded text opens (but not the code that the site hides), a quiz marks its answers, an
interactive figure says what it stands at. It is printed until the contents name the
sheets on which the pages begin, two or three times. Needs no network: MathJax and the
styles lie in the site.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from posixpath import dirname, normpath
from posixpath import join as join_path
from typing import Any

from course_tools import book, doctor
from course_tools.errors import CourseError

# On paper: no bars and buttons, one page after the other, wide tables made small. The
# stroke that MathJax gives its letters is a hair that many viewers draw too thick.
STYLE = """
@page { size: A4; margin: 18mm 16mm 18mm 16mm; }
html, body { font-size: 10.5pt; background: #fff; }
article { break-before: page; max-width: none; padding: 0 !important; }
article section > :last-child { margin-bottom: 0 !important; }  /* no empty sheets */
h1 { font-size: 19pt !important; }
h2 { font-size: 15pt !important; }
h3 { font-size: 12.5pt !important; }
h1, h2, h3 { white-space: pre-wrap; }  /* else bookmarks lose a space at a break */
h1, h2, h3, h4, .course-contents .part { break-after: avoid; }
figure, img, svg, .explore { break-inside: avoid; max-width: 100%; }
.explore svg { max-width: 420px !important; }
.explore-control { display: inline; margin-right: 1.5em; }
.bd-article table { display: table; max-width: 100%; font-size: 8pt !important; }
tr { break-inside: avoid; }
td, th { min-width: 0 !important; overflow-wrap: break-word !important; }
td code, .course-tight td:not(:first-child) { overflow-wrap: anywhere !important; }
.course-coverage:not(.course-methods) table { table-layout: fixed; width: 100%; }
.course-coverage:not(.course-methods) td { overflow-wrap: anywhere !important; }
.course-coverage:not(.course-methods) :is(td, th):nth-child(2) { width: 22%; }
.course-coverage:not(.course-methods) :is(td, th):nth-child(5) { width: 23%; }
.course-coverage:not(.course-methods) :is(td, th):nth-child(6) { width: 16%; }
path[data-c], use[data-c] { stroke: none !important; }
mjx-container[display="true"] > svg { max-width: 100%; height: auto; }
.course-quiz summary { list-style: none; }
.course-quiz summary::before { content: "\\2717\\00a0"; }
.course-quiz [data-correct="true"] > summary::before { content: "\\2713\\00a0"; }
.course-quiz [data-correct="true"] > summary { font-weight: 600; }
.course-signature { font: 600 9pt monospace; break-after: avoid; margin-top: 1.6em; }
.course-cover { height: 245mm; position: relative; }
.course-cover img { width: 34mm; margin: 60mm 0 14mm; }
.course-cover .title { font: 700 34pt sans-serif; margin: 0 0 6mm; }
.course-cover .last { position: absolute; bottom: 0; }
.course-contents p { display: flex; gap: 2mm; margin: 0; line-height: 1.35; }
.course-contents .part { font-weight: 700; margin: 3mm 0 0.5mm; }
.course-contents a { flex: 1; text-decoration: none; }
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
        return "#cover"
    return f"#p{number[name]}" + (f"-{fragment}" if fragment else "")


def _for_paper(article: Any, soup: Any) -> None:
    """What moves, folds or loads on the site, as paper can show it."""
    for tag in article.select("script, .course-buttons, .headerlink"):
        tag.decompose()
    for tag in article.select("details:not(.hide)"):  # .hide: the code of a figure
        tag["open"] = ""
    for controls in article.select(".explore-controls"):
        controls.attrs.pop("hidden", None)
        for tag in controls.select("input, button, select"):
            tag.decompose()
        note = soup.new_tag("em")
        note.string = "One position of the dials. "
        controls.insert(0, note)


def _front(titles: dict[str, str]) -> str:
    """Cover and contents; the sheets are filled in after the first printing."""
    config = (book.ROOT / "_config.yml").read_text(encoding="utf-8")
    said = dict(re.findall(r'^(title|author|copyright): "?([^"\n]*)', config, re.M))
    toc = (book.ROOT / "_toc.yml").read_text(encoding="utf-8")
    lines, part = [], ""
    number = {name: k for k, name in enumerate(titles)}
    for kind, value in re.findall(r"(root|caption|file): *(.+)", toc):
        if kind == "caption":
            part = f'<p class="part">{escape(value)}</p>'
        elif value in titles:
            link = f'<a href="#p{number[value]}">{escape(titles[value])}</a>'
            sheet = f'<span class="sheet" data-page="p{number[value]}"></span>'
            lines.append(f"{part}<p>{link}{sheet}</p>")
            part = ""
    return (
        '<section class="course-cover" id="cover">'
        '<img src="_static/favicon.svg" alt="">'
        f'<p class="title">{escape(said["title"])}</p>'
        f'<p class="last">{escape(said["author"])}, {escape(said["copyright"])}. '
        "Printed from the site of the course: what moves there stands still here, and "
        "code that it folds is left out.</p></section>"
        '<article class="bd-article course-contents" id="contents"><h1>Contents</h1>'
        f"{''.join(lines)}</article>"
    )


def sheets(pdf: bytes) -> dict[str, int]:
    """On which sheet, from 1, each place begins that a link of the PDF leads to."""
    objects = re.findall(rb"\n(\d+) 0 obj\s*<<\s*/Type\s*/Page\b", pdf)
    order = {page: k for k, page in enumerate(objects, start=1)}
    places = re.findall(rb"/([\w.-]+)\s*\[(\d+) 0 R\s*/XYZ", pdf)
    return {name.decode(): order[page] for name, page in places if page in order}


def joined(site: Path, names: Sequence[str]) -> str:
    """One HTML page of all the pages' articles; it belongs into the site's folder."""
    number = {name: k for k, name in enumerate(names)}
    head: dict[str, None] = {}  # of all heads: styles and MathJax, each once
    articles, titles, taken = [], {}, set[str]()
    for name in names:
        soup, article = _article(site / f"{name}.html")
        head |= dict.fromkeys(_styles_and_mathjax(soup))
        _for_paper(article, soup)
        if name == "api":  # a signature for each name: too much for the PDF's outline
            for tag in article.find_all("h3"):
                tag.name, tag["class"] = "p", "course-signature"
        title = article.find("h1")
        titles[name] = " ".join(title.get_text().split()) if title else name
        _renumber(article, name, number, taken)
        articles.append(str(article))
    styles = "\n".join(head)
    return (
        '<!doctype html>\n<html lang="en" data-theme="light" data-mode="light">'
        '<head><meta charset="utf-8"><title>From neurons to networks</title>\n'
        f"{styles}\n<style>{STYLE}</style></head>\n"
        f"<body>{_front(titles)}{''.join(articles)}</body></html>\n"
    )


def _article(path: Path) -> tuple[Any, Any]:
    """A page of the site and what it has to say."""
    from bs4 import BeautifulSoup

    if not path.exists():
        raise CourseError(f"expected {path}; build the book first: course build")
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article")
    if article is None:
        raise CourseError(
            f"expected an <article> in {path} and found none; build the book again: "
            "course build"
        )
    return soup, article


def _styles_and_mathjax(soup: Any) -> Iterator[str]:
    for tag in soup.head.find_all(["link", "script"]) if soup.head else []:
        text = str(tag)
        # "tex-svg": MathJax itself, which only pages with formulas have
        if any(w in text for w in ('rel="stylesheet"', "window.MathJax", "tex-svg")):
            yield text.replace("../", "")


def _renumber(article: Any, name: str, number: dict[str, int], taken: set[str]) -> None:
    """Ids and links of a page as the joined page has them, no id twice."""
    for tag in article.find_all(True):
        for key in ("id", "for", "aria-describedby", "aria-labelledby"):
            if key in tag.attrs:
                value = tag.attrs[key]
                words = value if isinstance(value, list) else str(value).split()
                tag.attrs[key] = " ".join(f"p{number[name]}-{w}" for w in words)
        if tag.name == "a" and "href" in tag.attrs:
            tag["href"] = _target(str(tag["href"]), name, number)
        if tag.name == "img" and "src" in tag.attrs:
            tag["src"] = normpath(join_path(dirname(name), str(tag["src"])))
        if "id" in tag.attrs:
            if tag["id"] in taken:  # boxes of two extensions share theirs
                del tag["id"]
            else:
                taken.add(str(tag["id"]))
    article["id"] = f"p{number[name]}"


# Run in the page as it lies on paper: tables that are too wide become smaller, and at
# last break words; returns what is too wide all the same.
FIT = """() => {
  const room = e => e.parentElement.getBoundingClientRect().width + 1;
  const wide = e => e.getBoundingClientRect().width > room(e);
  for (const table of document.querySelectorAll('article table')) {
    for (const size of ['7pt', '6.5pt', ''])
      if (wide(table) && size) table.style.setProperty('font-size', size, 'important');
      else if (wide(table)) table.classList.add('course-tight');
  }
  const all = document.querySelectorAll('article :is(table, pre, img, svg)');
  return [...all].filter(e => e.checkVisibility() && wide(e))
    .map(e => e.closest('article').id + ' ' + e.outerHTML.slice(0, 80));
}"""
PAPER: dict[str, Any] = {  # of page.pdf
    "prefer_css_page_size": True,
    "print_background": True,
    "outline": True,
    "tagged": True,
    "display_header_footer": True,
    "header_template": "<span></span>",
    "footer_template": '<div style="font-size:8px;width:100%;text-align:center">'
    '<span class="pageNumber"></span></div>',
}
FILL = """found => { for (const e of document.querySelectorAll('.sheet'))
  e.textContent = found[e.dataset.page] ?? ''; }"""


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
            page.set_default_timeout(600_000)  # a busy machine
            page.goto(page_file.as_uri())
            pdf = _printed(page)
            target.write_bytes(pdf)
            browser.close()
    except Error as error:
        raise CourseError(
            f"Chromium did not print the book ({str(error).splitlines()[0]}); "
            f"it was looked for and {chromium.found}; {chromium.remedy}"
        ) from error
    finally:
        page_file.unlink(missing_ok=True)
    return len(re.findall(rb"/Type\s*/Page\b", target.read_bytes()))


def _printed(page: Any) -> bytes:
    """The PDF of the joined page, printed until its contents tell the right sheets."""
    page.wait_for_function(
        "window.MathJax && MathJax.startup && MathJax.startup.promise"
    )
    page.evaluate("MathJax.startup.promise.then(() => null)")
    bare = page.evaluate(
        "[...document.querySelectorAll('.math')]"
        ".filter(m => !m.querySelector('mjx-container svg')).length"
    )
    if bare:
        raise CourseError(
            f"{bare} formulas were not typeset, so nothing was printed; build the "
            "book again: course build"
        )
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 673, "height": 1000})  # 178 mm
    page.evaluate(FIT)
    pdf: bytes = page.pdf(**PAPER)
    told: dict[str, int] = {}
    for _ in range(3):
        if (found := sheets(pdf)) == told:
            break
        page.evaluate(FILL, told := found)
        pdf = page.pdf(**PAPER)
    return pdf
