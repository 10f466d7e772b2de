"""Build the book: execute what changed, two pages at a time, then let Sphinx read.

A page is executed again when its code, the pins or a ``course_lib`` module that it
reaches have changed; jupyter-cache alone would keep stale numbers after a change in
the library. CPU seconds per page go to ``_build/page_times.json``.
"""

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from course_tools.book_figures import add_twins
from course_tools.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
STORE = BUILD / "executed"
TIMES = BUILD / "page_times.json"
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```", re.M | re.S)
RESULT = re.compile(r"([\w-]+\.json)\b")
WARN_S, FAIL_S = 30.0, 60.0


def pages(root: Path = ROOT) -> list[str]:
    """The names of all pages of _toc.yml, in order."""
    text = (root / "_toc.yml").read_text(encoding="utf-8")
    return re.findall(r"(?:root|file):\s*(\S+)", text)


def cells(text: str) -> list[str]:
    """The sources of a page's code cells, with their options."""
    return CELL.findall(text)


def _imports(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module}
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] == "course_lib"}


def reached(source: str, root: Path = ROOT) -> list[Path]:
    """Files of course_lib that ``source`` imports, directly or through others."""
    found: set[Path] = set()
    todo = _imports(source)
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        seen.add(name)
        parts = name.split(".")
        for k in range(1, len(parts) + 1):
            base = root.joinpath(*parts[:k])
            for path in (base.with_suffix(".py"), base / "__init__.py"):
                if path.is_file() and path not in found:
                    found.add(path)
                    todo |= _imports(path.read_text(encoding="utf-8")) - seen
    return sorted(found)


def key(text: str, root: Path = ROOT) -> str:
    """What a page's outputs depend on, hashed."""
    code = cells(text)
    plain = "\n".join(
        re.sub(r"\A---\n.*?\n---\n|^:\w+:[^\n]*$", "", c, flags=re.S | re.M)
        for c in code
    )
    digest = hashlib.sha256("\0".join(code).encode())
    digest.update(f"python {sys.version_info[:2]}".encode())
    digest.update((root / "constraints.txt").read_bytes())
    for found in sorted(set(RESULT.findall(plain))):  # result files that it names
        for folder in ("book/results", "benchmarks/results"):
            for path in sorted((root / folder).glob(f"{found}*")):
                digest.update(path.read_bytes())
    for path in reached(plain, root):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _own_sockets(folder: Path) -> Any:
    """Configuration of a kernel that talks through files in `folder`, not TCP ports.

    Ports are chosen before the kernel binds them; two kernels that start at the same
    moment now and then choose the same one, and the later of them dies.
    """
    from traitlets.config import Config

    if os.name != "posix":
        return Config()
    file = str(folder / "kernel.json")
    return Config(KernelManager={"transport": "ipc", "connection_file": file})


def execute(name: str, path: Path) -> dict[str, Any]:
    """Run one page in a fresh kernel; returns the notebook and its CPU seconds."""
    import nbformat
    from myst_nb.core.config import NbParserConfig
    from myst_nb.core.read import create_nb_reader
    from myst_parser.config.main import MdParserConfig
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    text = path.read_text(encoding="utf-8")
    reader = create_nb_reader(str(path), MdParserConfig(), NbParserConfig(), text)
    if reader is None:
        raise CourseError(
            f"{path.name}: expected 'file_format: mystnb' and a kernelspec"
            " on top of the page"
        )
    notebook = reader.read(text)
    # One last cell asks the kernel what it used; it is removed again.
    probe = nbformat.v4.new_code_cell("import time; print(time.process_time())")
    notebook.cells.append(probe)
    with tempfile.TemporaryDirectory(prefix="page-") as folder:
        client = NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            extra_arguments=["--log-level=40"],  # errors only; not how it is connected
            resources={"metadata": {"path": str(path.parent)}},
            config=_own_sockets(Path(folder)),
        )
        try:
            client.execute()
        except CellExecutionError as error:
            return {"page": name, "error": str(error)}
    seconds = float(notebook.cells.pop()["outputs"][0]["text"])
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # clock times: the only thing that moves
    return {"page": name, "notebook": nbformat.writes(notebook), "seconds": seconds}


def stored(name: str) -> tuple[Path, bool]:
    """Where a page's execution is kept under its present key, and whether it is."""
    text = (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")
    path = STORE / f"{name.replace('/', '--')}-{key(text)}.ipynb"
    return path, path.exists() or not cells(text)


def execute_pages(wanted: list[str]) -> None:
    """Execute the pages whose key changed, two at a time, with progress."""
    STORE.mkdir(parents=True, exist_ok=True)
    times: dict[str, Any] = {}
    if TIMES.exists():
        times = json.loads(TIMES.read_text(encoding="utf-8"))
    todo = _changed(wanted, times)
    started, failed = time.monotonic(), []
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    if todo:
        print(f"build: executing {len(todo)} page(s), two at a time", flush=True)
    with ProcessPoolExecutor(max_workers=2) as pool:
        jobs = {pool.submit(execute, n, p): (n, t) for n, p, t in todo}
        for done, job in enumerate(as_completed(jobs), start=1):
            name, target = jobs[job]
            result = job.result()
            left = (time.monotonic() - started) / done * (len(todo) - done)
            if "error" in result:
                failed.append(f"{name}: a cell failed\n{result['error']}")
                print(f"build: {name} FAILED", flush=True)
                continue
            for old in _executed(name):
                old.unlink()
            target.write_text(result["notebook"], encoding="utf-8")
            times[name] = {"cpu_seconds": round(result["seconds"], 1)}
            print(
                f"build: {name} took {result['seconds']:.1f} s of CPU"
                f" ({done}/{len(todo)}, about {left:.0f} s left)",
                flush=True,
            )
    TIMES.write_text(json.dumps(times, indent=1) + "\n", encoding="utf-8")
    if failed:
        raise CourseError("\n".join(failed))
    for name, record in times.items():
        if record["cpu_seconds"] > WARN_S:
            print(
                f"build: {name} uses {record['cpu_seconds']} s of CPU, "
                f"more than {WARN_S:.0f}; {FAIL_S:.0f} fails the tests"
            )


def _changed(wanted: list[str], times: dict[str, Any]) -> list[tuple[str, Path, Path]]:
    """Pages to execute: name, source, where the execution goes."""
    found = []
    for name in wanted:
        path = ROOT / "book" / f"{name}.md"
        if not cells(path.read_text(encoding="utf-8")):
            continue
        target, present = stored(name)
        if not present or name not in times:
            found.append((name, path, target))
    return found


def _executed(name: str) -> list[Path]:
    """The stored execution of a page, under whatever key."""
    return sorted(STORE.glob(f"{name.replace('/', '--')}-*.ipynb"))


def fill_cache(wanted: list[str]) -> None:
    """Give Sphinx a cache that holds exactly the stored executions."""
    import nbformat
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    folder = BUILD / ".jupyter_cache"
    shutil.rmtree(folder, ignore_errors=True)
    cache = get_cache(str(folder))
    for name in wanted:
        for path in _executed(name):
            notebook = nbformat.read(path, as_version=4)
            cache.cache_notebook_bundle(
                CacheBundleIn(nb=notebook, uri=str(ROOT / "book" / f"{name}.md")),
                check_validity=False,
                overwrite=True,
            )


def write_notebooks(wanted: list[str]) -> None:
    """The downloads: each executed page as a notebook that runs where it lands."""
    import nbformat

    from course_tools.book_notebooks import download

    for name in wanted:
        for path in _executed(name):
            target = BUILD / "html" / "_notebooks" / f"{name}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(download(nbformat.read(path, as_version=4), name), target)


def sphinx() -> None:
    """Jupyter Book from cold, warnings as errors."""
    for folder in ("html", ".doctrees", "jupyter_execute"):
        shutil.rmtree(BUILD / folder, ignore_errors=True)
    command = [
        *(sys.executable, "-c", "import jupyter_book.cli.main as m; m.main()"),
        *("build", "book"),
        *("--config", str(ROOT / "_config.yml"), "--toc", str(ROOT / "_toc.yml")),
        *("--path-output", str(ROOT)),
        *("-W", "-n", "--keep-going", "--quiet"),
    ]
    env = os.environ | {
        "PYTHONPATH": str(ROOT / "book" / "_ext"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = (done.stdout + done.stderr).splitlines()
        told = [t for t in lines if re.search(r"WARNING|ERROR|rror:", t)] or lines[-30:]
        raise CourseError("the book did not build:\n" + "\n".join(told[:40]))


SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.S)
# What the theme and its extensions write -> what a page needs.
MENDED = {
    # labels that contradict the visible text
    'aria-label="Toggle hidden content"': "",
    'pst-js-only" title="Search" aria-label="Search"': 'pst-js-only" title="Search"',
    'pst-js-only" aria-label="Color mode"': 'pst-js-only"',
    '<div role="list" class="citation-list">': '<div class="citation-list">',
    # ids that every exercise and proof of a page gets anew
    '<section id="exercise-content">': "<section>",
    '<section id="solution-content">': "<section>",
    '<div class="proof admonition" id="proof">': '<div class="proof admonition">',
    ' id="proof-content">': ">",
}


def tidy_pages(folder: Path) -> None:
    """Keep each script of a page once, and none of Thebe's; mend labels and ids.

    The theme prints page scripts twice (a second MathJax raises), and sphinx-thebe
    adds a constant with a foreign address to every page.
    """
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        seen: set[str] = set()

        def once(found: re.Match[str], seen: set[str] = seen) -> str:
            script = found[0]
            source = re.search(r'src="([^"]+)"', script)
            name = source[1] if source else ""
            if "thebe" in script.lower() or (name and name in seen):
                return ""
            seen.add(name)
            return script

        text = SCRIPT.sub(once, text)
        for theirs, ours in MENDED.items():
            text = text.replace(theirs, ours)
        path.write_text(text, encoding="utf-8")


def build(page: str | None = None) -> Path:
    """Build everything; ``page`` limits the execution to one page."""
    known = pages()
    if page is not None:
        page = page.removeprefix("book/").removesuffix(".md")
        if page not in known:
            raise CourseError(
                f"expected a page of _toc.yml and got {page!r}; the pages are "
                + ", ".join(known)
            )
    missing = [p for p in known if not (ROOT / "book" / f"{p}.md").exists()]
    if missing:
        raise CourseError(
            f"_toc.yml names {', '.join(missing)}, and book/ has no such file"
        )
    try:
        execute_pages(known if page is None else [page])
        stale = [name for name in known if not stored(name)[1]]
        if stale:
            print(
                f"build: {', '.join(stale)} changed too and will be executed by Sphinx "
                "or shown as last executed; 'course build' executes all that changed"
            )
        fill_cache(known)
    except PermissionError as error:
        raise CourseError(
            f"expected to be able to write {error.filename} and may not; "
            "change its owner or run in a copy of the repository"
        ) from error
    print("build: Sphinx", flush=True)
    sphinx()
    tidy_pages(BUILD / "html")
    add_twins(BUILD / "html")
    write_notebooks(known)
    return BUILD / "html" / "index.html"
