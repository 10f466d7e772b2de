"""Tables and figures of the sources, run again: one declaration, one module each.

``NAME.toml``, written before the first run, says what is repeated, under which settings
(``[budget.smoke]`` and ``[budget.cpu]`` replace some), what is ours because the source
is silent, what a full run needs, whether it can use a GPU (``gpu``), and by which rule
each claim is decided (`rules`). A later change of a rule is a new ``[[changed]]`` entry
with its date, which names the claim. The module ``NAME`` (with ``_``) has

- ``jobs(settings)``: the independent runs, plain data, with their seeds;
- ``one(job, settings, device, checkpoint)``: a run's result, plain data;
- ``report(rows, settings)``: ``numbers``, ``samples`` with one value per seed, and
  whatever else the book draws;
- ``summary(result)``: the table that the book shows.

The result, with verdicts and provenance, is one JSON file in ``book/results/``.
"""

import functools
import json
import platform
import shutil
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from course_lib.datasets import DataError
from course_tools.errors import CourseError
from course_tools.experiments import jobs
from course_tools.experiments.rules import verdict

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
RESULTS = ROOT / "book" / "results"
JOURNALS = ROOT / ".cache" / "experiments"


def declarations() -> dict[str, dict[str, Any]]:
    """Every experiment by name."""
    return {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.toml"))
    }


def reproduce(
    name: str,
    *,
    device: str = "cpu",
    budget: str = "cpu",
    out: Path | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    journals: Path | None = None,
) -> Path:
    """Run one experiment, or what is left of it, and write its result file.

    Raises ``CourseError`` for an unknown name, for a device that is not there or of no
    use to it, and for a package or data that are missing.
    """
    declared = _declared(name, device)
    settings = declared["settings"] | declared.get("budget", {}).get(budget, {})
    journals = JOURNALS if journals is None else journals
    journal = jobs.place(name, settings, device, journals)
    try:
        rows = jobs.run_all(
            name, settings, device, journal, workers=workers, scheduler=scheduler
        )
    except DataError as error:
        raise CourseError(str(error)) from None
    outcome: dict[str, Any] = jobs.load(name).report(rows, settings)
    result = {
        "experiment": name,
        "title": declared["title"],
        "source": declared["source"],
        "settings": settings,
        "budget": budget,
        "device": device,
        "command": f"course reproduce {name} --device {device} --budget {budget}",
        "versions": {p: version(p) for p in declared["packages"]}
        | {"python": platform.python_version()},
        **outcome,
        "claims": declared["claims"],  # the rules of this run
        "verdicts": [verdict(c, outcome) for c in declared["claims"]],
    }
    folder = RESULTS if out is None else out
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    part = path.with_suffix(".part")
    part.write_text(_text(result), encoding="utf-8")
    part.replace(path)
    shutil.rmtree(journal)  # this run's; one at another budget may be under way
    return path


def _declared(name: str, device: str) -> dict[str, Any]:
    """The declaration, if there is one and it can run on this device."""
    known = declarations()
    if name not in known:
        raise CourseError(
            f"expected one of {', '.join(known)} and got {name!r}; "
            "'course reproduce --list' describes them"
        )
    for package in known[name]["packages"]:
        try:
            version(package)
        except PackageNotFoundError:
            raise CourseError(
                f"{name} needs the package {package}, which is not installed here: "
                f"pip install {package}"
            ) from None
    if device == "cuda":
        if not known[name].get("gpu"):
            raise CourseError(
                f"--device cuda: {name} computes on the CPU only; leave --device out"
            )
        _ask_for_cuda()
    return known[name]


def _text(result: dict[str, Any]) -> str:
    """JSON with a line for every number, sample or row of a table."""
    parts = []
    for key, value in result.items():
        dump = functools.partial(json.dumps, ensure_ascii=False)
        if isinstance(value, dict) and value:
            inner = [f"  {dump(k)}: {dump(entry)}" for k, entry in value.items()]
            text = "{\n" + ",\n".join(inner) + "\n }"
        elif isinstance(value, list) and value:
            text = "[\n" + ",\n".join(f"  {dump(entry)}" for entry in value) + "\n ]"
        else:
            text = dump(value)
        parts.append(f" {dump(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _ask_for_cuda() -> None:
    try:
        import torch
    except ImportError:
        raise CourseError(
            "--device cuda: expected torch with a GPU and found no torch; "
            "install the extra 'torch' or leave --device out"
        ) from None
    if not torch.cuda.is_available():
        raise CourseError(
            "--device cuda: expected a CUDA device and torch sees none; "
            "leave --device out to run on the CPU"
        )
