"""Tables and figures of the sources, run again: one declaration, one runner each.

``NAME.toml`` says what is repeated, under which settings, and by which rule each claim
is decided; it is written before the first run. The module ``NAME`` (with ``_``) has
``run(settings, device) -> dict`` with the numbers. The result, with verdicts and
provenance, is one JSON file in ``book/results/``.
"""

import importlib
import json
import platform
import tomllib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from course_tools.errors import CourseError

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER.parent.parent / "book" / "results"
BUDGETS = ("smoke", "cpu", "full")
DEVICES = ("cpu", "cuda")

# How a declaration may compare a measured number with its bound.
RULES: dict[str, Callable[[float, float], bool]] = {
    "at least": lambda value, bound: value >= bound,
    "at most": lambda value, bound: value <= bound,
    "equals": lambda value, bound: value == bound,
}


def declarations() -> dict[str, dict[str, Any]]:
    """Every experiment by name."""
    return {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.toml"))
    }


def verdict(claim: dict[str, Any], numbers: dict[str, float]) -> dict[str, Any]:
    """Apply a claim's rule: every one of its conditions must hold to support it."""
    holds = [
        RULES[c["rule"]](numbers[c["number"]], c["bound"]) for c in claim["conditions"]
    ]
    return {
        "claim": claim["id"],
        "statement": claim["statement"],
        "verdict": "supported" if all(holds) else "refuted",
    }


def reproduce(
    name: str, *, device: str = "cpu", budget: str = "cpu", out: Path | None = None
) -> Path:
    """Run one experiment and write its result file.

    Raises ``CourseError`` for an unknown name or a device that is not there.
    """
    known = declarations()
    if name not in known:
        raise CourseError(
            f"expected one of {', '.join(known)} and got {name!r}; "
            "'course reproduce --list' describes them"
        )
    declared = known[name]
    module = importlib.import_module(
        "course_tools.experiments." + name.replace("-", "_")
    )
    if device == "cuda":
        _ask_for_cuda()
    settings = declared["settings"] | declared.get("budget", {}).get(budget, {})
    outcome: dict[str, Any] = module.run(settings, device)
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
        "verdicts": [verdict(c, outcome["numbers"]) for c in declared["claims"]],
    }
    folder = RESULTS if out is None else out
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    part = path.with_suffix(".part")
    part.write_text(
        json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    part.replace(path)
    return path


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
