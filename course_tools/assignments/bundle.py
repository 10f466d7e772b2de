"""The students' zip: notebooks, the wheel, and how to start. No solution, no test file.

Same sources, same bytes: entries are sorted and carry one fixed date.
"""

import html
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from course_tools.assignments import notebooks, release
from course_tools.assignments.notebooks import Notebook
from course_tools.assignments.text import from_text
from course_tools.errors import CourseError

FOLDER = "neurons-to-networks"
DATE = (2020, 1, 1, 0, 0, 0)  # zip entries carry a date; any fixed one will do

START = """\
title: Start here
minutes: 5

# %% text id=welcome
# Start here

1. Run the cell below (Shift+Enter). It installs the course's library from the file that lies next to this notebook, and takes a minute the first time.
2. It ends with **Ready**. Then open the first notebook: {first}.

On **Colab**, first upload the file whose name ends in `.whl` with the folder button on the left; a notebook that you open there does not see your other files.

# %% play id=install
import pathlib
import sys

wheels = sorted(pathlib.Path().glob("neurons_to_networks-*.whl"))
if sys.version_info < (3, 11):
    print(f"This course needs Python 3.11 or newer; this notebook runs on {{sys.version.split()[0]}}.")
    print("Choose another kernel (top right), or install a newer Python from python.org.")
elif not wheels:
    print("The file neurons_to_networks-....whl is not next to this notebook.")
    print("Unpack the whole zip first; on Colab, upload the .whl file with the folder button.")
else:
    wheel = str(wheels[-1])
    %pip install --quiet "{{wheel}}"
    # Once more without its needs: pip leaves the library of an earlier zip where it is.
    %pip install --quiet --force-reinstall --no-deps "{{wheel}}"

# %% play id=versions
import importlib.metadata as metadata

problems = []
for name, least in {versions}.items():
    try:
        have = metadata.version(name)
    except metadata.PackageNotFoundError:
        problems.append(f"{{name}} is missing")
        continue
    number = tuple(int(part) for part in have.split(".")[:2] if part.isdigit())
    if number < least:
        problems.append(f"{{name}} is {{have}}, needed is {{'.'.join(map(str, least))}} or newer")
    print(f"{{name:22}} {{have}}")
if not problems:
    from course_lib import check

    print("Ready. Assignments installed:", ", ".join(check.assignments()))
else:
    print("Not ready:", "; ".join(problems))
    print("Restart the kernel and run the first cell again.")

# %% text id=next
## What next

Open an assignment, work through it from top to bottom, and hand in the file under the name it has.

{table}

If something is odd: *Restart the kernel and run all cells* mends most things. In a terminal, `course check {example}` runs all the visible checks of a notebook.
"""  # noqa: E501 - prose of a notebook

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Start here</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto;
        padding: 0 1rem; color: #1b1b1b; background: #fff }}
code {{ background: #f0f0f0; padding: .1em .3em }}
pre {{ background: #f0f0f0; padding: .7em; overflow-x: auto }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #e8e8e8; background: #161616 }} code, pre {{ background: #2a2a2a }}
  a {{ color: #8ab4f8 }}
}}
</style>
</head>
<body>
<h1>Start here</h1>
<p>You need neither git nor a terminal. Unpack the zip first: files opened inside it
do not see each other.</p>

<h2>In a browser, nothing to install: Colab</h2>
<ol>
<li>Open <a href="https://colab.research.google.com">colab.research.google.com</a>,
choose <em>Upload</em> and pick <code>START_HERE.ipynb</code>.</li>
<li>Click the folder on the left and upload <code>{wheel}</code>.</li>
<li>Run the cells. Do the same with each assignment: upload it, upload the
<code>.whl</code>{beside}, and put <code>%pip install {wheel}</code> in a new first cell.
Colab forgets files, so download your notebook when you stop.</li>
</ol>

<h2>On your computer: Visual Studio Code</h2>
<ol>
<li>Install <a href="https://www.python.org/downloads/">Python 3.11 or newer</a>
({systems}) and <a href="https://code.visualstudio.com">Visual Studio Code</a>
with its extensions <em>Python</em> and <em>Jupyter</em>.</li>
<li><em>File, Open Folder</em>: the unpacked folder. Open <code>START_HERE.ipynb</code>.</li>
<li>Top right, <em>Select Kernel, Python Environments, Create</em>. Run the cells.</li>
</ol>

<h2>On your computer: JupyterLab</h2>
<ol>
<li>Install <a href="https://github.com/jupyterlab/jupyterlab-desktop">JupyterLab Desktop</a>,
or, if you have Python and a terminal:
<pre>python -m pip install jupyterlab
python -m jupyterlab</pre></li>
<li>Go to the unpacked folder and open <code>START_HERE.ipynb</code>. Run the cells.</li>
</ol>

<h2>Your system</h2>
<ul>
<li><strong>Windows</strong>: right-click the zip, <em>Extract All</em>. In Python's
installer tick <em>Add python.exe to PATH</em>; the command may be <code>py</code>.</li>
<li><strong>macOS</strong>: double-click the zip. The command is <code>python3</code>.</li>
<li><strong>Linux</strong>: the command is <code>python3</code>; if it complains of an
<em>externally managed environment</em>, make one first:
<pre>python3 -m venv course
. course/bin/activate
python -m pip install jupyterlab</pre></li>
</ul>

<h2>What is here</h2>
<ul>
{listing}
</ul>
</body>
</html>
"""  # noqa: E501 - a page

SYSTEMS = "on Windows also in the Microsoft Store"


def build_wheel(folder: Path) -> Path:
    """The wheel of this repository, built without touching the network."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    done = subprocess.run(
        list(map(str, command)),
        cwd=notebooks.root(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or not wheels:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise CourseError(
            f"the wheel could not be built ({said[-1] if said else 'no message'}); "
            "run 'make install', which installs hatchling"
        )
    return wheels[-1]


def start_notebook(names: list[str]) -> Notebook:
    """START_HERE.ipynb for these assignments."""
    rows = ["| notebook | what it is about | about |", "| --- | --- | --- |"]
    for name in names:
        course = notebooks.course_metadata(notebooks.read(notebooks.find_source(name)))
        rows.append(
            f"| [{name}]({name}.ipynb) | {course.get('title', '')} "
            f"| {course.get('minutes', '?')} min |"
        )
    return from_text(
        START.format(
            first=f"[{names[0]}.ipynb]({names[0]}.ipynb)",
            versions=_least_versions(),
            table="\n".join(rows),
            example=f"{names[0]}.ipynb",
        )
    )


def _least_versions() -> dict[str, tuple[int, ...]]:
    """The least versions that pyproject.toml asks of a student's machine."""
    import tomllib

    text = (notebooks.root() / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    least = {project["name"]: _numbers(project["version"])}
    for line in project["dependencies"]:
        name, _, version = line.partition(">=")
        least[name.strip()] = _numbers(version.split(",")[0])
    return least


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


def contents(names: list[str], private: Path | None = None) -> dict[str, bytes]:
    """Every file of the zip, by its name in the zip's folder."""
    files: dict[str, bytes] = {}
    for name in names:
        source = notebooks.read(notebooks.find_source(name, private))
        files[f"{name}.ipynb"] = notebooks.dumps(release.release(source)).encode()
        if private:  # its visible tests are not those of the wheel
            beside = private / "exercises" / name / f"{name}.check.json"
            files[beside.name] = beside.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        wheel = build_wheel(Path(folder))
        files[wheel.name] = wheel.read_bytes()
    files["START_HERE.ipynb"] = notebooks.dumps(start_notebook(names)).encode()
    listing = [
        f"<li><code>{html.escape(name)}</code>{_about(name)}</li>"
        for name in sorted([*files, "START_HERE.html"])
    ]
    more = " and its <code>.check.json</code>" if private else ""
    page = PAGE.format(
        wheel=wheel.name, beside=more, systems=SYSTEMS, listing="\n".join(listing)
    )
    files["START_HERE.html"] = page.encode()
    return files


def _about(name: str) -> str:
    if name.endswith(".whl"):
        return ": the course's library, installed by START_HERE"
    if name == "START_HERE.html":
        return ": this page"
    if name == "START_HERE.ipynb":
        return ": installs everything; run it first"
    if name.endswith(".check.json"):
        return ": what check() asks; leave it beside its notebook"
    course = notebooks.course_metadata(
        notebooks.read(notebooks.find_source(name.removesuffix(".ipynb")))
    )
    return f": {html.escape(str(course.get('title', 'an assignment')))}"


def write(path: Path, names: list[str], private: Path | None = None) -> None:
    """Write the zip; nothing is left behind if that fails."""
    files = contents(names, private)
    partial = path.with_name(path.name + ".part")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(files):
                entry = zipfile.ZipInfo(f"{FOLDER}/{name}", DATE)
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, files[name])
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise CourseError(
            f"cannot write {path}: {error.strerror}; name a file in a folder that "
            "exists and may be written"
        ) from None
