"""Small tools for ``variants.py``: texts with gaps, and numbers for worked examples."""

from collections.abc import Callable
from typing import Any

import numpy as np


def fill(text: str, /, **values: object) -> str:
    """The text with every <<name>> replaced; code keeps the indent of its place."""
    lines = []
    for line in text.strip("\n").split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        for name, value in values.items():
            line = line.replace(f"<<{name}>>", str(value).replace("\n", "\n" + indent))
        lines.append(line)
    return "\n".join(lines)


def play(solution: str, /, **names: object) -> Callable[..., Any]:
    """The last function that a solution cell defines, to compute examples with.

    ``np`` is there, and what is given by name.
    """
    known: dict[str, Any] = {"np": np, **names}
    before = set(known)
    exec(solution, known)
    made: Callable[..., Any] = [
        v for k, v in known.items() if k not in before and callable(v)
    ][-1]
    return made


def shown(values: object, digits: int = 6) -> str:
    """Numbers as one writes them by hand, without brackets: 0.8, -2.1."""
    values = np.round(np.ravel(np.asarray(values, float)), 12) + 0.0  # no -0
    return ", ".join(f"{v:.{digits}g}" for v in values)
