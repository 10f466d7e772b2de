"""The built site, without a browser: offline, linked, described, within budget."""

import hashlib
import json
import re
from urllib.parse import unquote

import nbformat
import pytest

from course_lib.plotting import DARK
from course_tools import book, experiments
from tests.book.site import SITE, names, pages
from tests.support import ROOT


def test_site_has_every_page_of_the_contents():
    """Each page of _toc.yml was built."""
    built = {page.path.relative_to(SITE).as_posix() for page in pages()}
    assert {f"{name}.html" for name in names()} <= built


def test_site_fetches_nothing():
    """No script, style, image or import of any page has a foreign address."""
    foreign = {
        (page.path.name, asset)
        for page in pages()
        for asset in page.assets
        if re.match(r"(https?:)?//", asset) and 'rel="canonical"' not in asset
    }
    assert not foreign
    for path in (SITE / "_static").rglob("*.css"):
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not re.search(r"@import[^;]*https?:|url\(['\"]?https?:", text), path.name


def test_site_links_lead_somewhere():
    """Every internal link has its page, and every fragment its anchor."""
    by_path = {page.path.resolve(): page for page in pages()}
    broken = []
    for page in pages():
        for link in page.links:
            if re.match(r"[a-z]+:|//", link):
                continue
            target, _, fragment = unquote(link).partition("#")
            path = (page.path.parent / target).resolve() if target else page.path
            if not path.exists():
                broken.append(f"{page.path.name}: {link}")
            elif fragment and path.resolve() in by_path:
                if fragment not in by_path[path.resolve()].ids:
                    broken.append(f"{page.path.name}: {link}")
    assert not broken


def test_report_says_of_every_experiment_what_was_run():
    """Budget, device, seeds and a verdict per claim, or that it was not run."""
    report = (SITE / "reproduction.html").read_text(encoding="utf-8")
    parts = re.split(r'id="reproduction-([\w-]+)"', report)[1:]
    told = dict(zip(parts[::2], parts[1::2], strict=True))
    for name, declared in experiments.declarations().items():
        path = experiments.RESULTS / f"{name}.json"
        words, seen = ["Not run at full budget"], [{"verdict": "not run"}]
        if path.is_file():
            result = json.loads(path.read_text(encoding="utf-8"))
            words = [f"Budget {result['budget']}, device {result['device']}"]
            seeds = result["settings"].get("seeds")
            words.append(f"{len(seeds)} seeds" if seeds else "nothing random")
            seen = result["verdicts"]
        words += [claim["id"] for claim in declared["claims"]]
        words += [f"<td>{row['verdict']}</td>" for row in seen]
        assert not [word for word in words if word not in told[name]], name


def test_site_describes_every_figure():
    """Images have an alt text that is no path; figures of 40 to 300 characters."""
    for page in pages():
        for image in page.images:
            alt = image.get("alt", "")
            where = f"{page.path.name}: {image.get('src')}"
            assert alt and not alt.startswith(("_images", "../_images")), where
            if "_images" in image.get("src", ""):
                assert 40 <= len(alt) <= 300, f"{where}: {len(alt)} characters"


def test_site_pages_are_within_budget():
    """Each page used less than 60 s of CPU in the build that made it."""
    times = json.loads(book.TIMES.read_text(encoding="utf-8"))
    with_code = [
        name
        for name in names()
        if book.cells((ROOT / "book" / f"{name}.md").read_text(encoding="utf-8"))
    ]
    assert set(with_code) <= set(times)
    slow = {n: times[n] for n in with_code if times[n]["cpu_seconds"] > book.FAIL_S}
    assert not slow


def test_site_gives_each_id_once():
    """No page has an id twice, which a link could not tell apart."""
    for page in pages():
        text = page.path.read_text(encoding="utf-8")
        ids = re.findall(r'<[a-z][^>]*?\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids)), page.path.name


def test_site_has_a_search_index_and_a_favicon():
    """Search works from a local index; the icon is ours."""
    assert (SITE / "searchindex.js").stat().st_size > 5000
    assert (SITE / "_static" / "favicon.svg").exists()


def test_downloads_are_valid_notebooks_without_errors():
    """Each chapter's download is a valid notebook whose cells were executed."""
    found = sorted((SITE / "_notebooks").rglob("*.ipynb"))
    assert found
    for path in found:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        code = [c for c in notebook.cells if c.cell_type == "code"]
        assert code and all(c.execution_count for c in code)


def test_downloads_are_plain_markdown():
    """No directive, role or label of MyST is left in a download."""
    for path in (SITE / "_notebooks").rglob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                left = re.search(r"^:{3,}|\{[\w:]+\}`|^\([\w-]+\)=", cell.source, re.M)
                assert left is None, cell.source[:200]


def test_a_download_runs(tmp_path):
    """A page's download, moved to an empty folder, runs to its last cell."""
    from nbclient import NotebookClient

    path = min((SITE / "_notebooks").rglob("*.ipynb"), key=lambda p: p.stat().st_size)
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=120, resources=where).execute()


def test_figures_have_dark_twins_in_the_course_colours():
    """Every drawing has its twin, and no colour of it lacks one for dark pages."""
    drawings = [p for p in (SITE / "_images").glob("*.svg") if "-dark" not in p.stem]
    assert drawings
    for path in drawings:
        colors = set(re.findall(r"#[0-9a-f]{6}\b", path.read_text(encoding="utf-8")))
        assert colors <= set(DARK), f"{path.name}: {sorted(colors - set(DARK))}"
        twin = path.with_name(f"{path.stem}-dark.svg").read_text(encoding="utf-8")
        assert "#ffffff" not in twin and "#000000" not in twin


@pytest.mark.parametrize(
    ("folder", "sums"),
    [("book/_static/vendor", "SHA256SUMS"), ("tests/book", "axe.SHA256SUMS")],
)
def test_vendored_scripts_are_what_they_were(folder, sums):
    """Third-party scripts match their checksum, carry a licence, stay below 3 MB."""
    for line in (ROOT / folder / sums).read_text(encoding="utf-8").splitlines():
        digest, name = line.split()
        data = (ROOT / folder / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest
        assert len(data) < 3_000_000
        stem = name.split(".")[0]
        assert (ROOT / folder / f"{stem}.LICENSE").exists()


def test_api_page_links_both_ways():
    """A name on the API page links to its chapter, and the chapter back to it."""
    api = next(p for p in pages() if p.path.name == "api.html")
    chapter = next(p for p in pages() if p.path.name == "hodgkin_huxley.html")
    assert "part1/hodgkin_huxley.html" in api.links
    anchor = "course_lib.neurons.hodgkin_huxley.simulation.simulate"
    assert anchor in api.ids
    assert any(link.endswith("api.html#" + anchor) for link in chapter.links)


def test_colab_button_needs_a_repository():
    """Without a configured repository there is no Colab button on any page."""
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    assert 'course_repository: ""' in config
    assert not any("colab.research" in link for p in pages() for link in p.links)
