"""Threshold units: the neuron as a logical element.

McCulloch and Pitts' unit of 1943 has binary inputs, a whole-number threshold, and
*absolute* inhibition: one active inhibitory input silences it::

    y = 1  if no inhibitory input is active and Σ excitatory inputs ≥ threshold   (1)

It does not learn. What textbooks draw under that name is the later *weighted* unit::

    y = [ Σ_i w_i x_i + b ≥ 0 ]                                             (2)

Which Boolean functions one weighted unit computes is a question of linear
inequalities, so a linear program decides it, not a failed training: 4 of 4 functions of
one variable, 14 of 16 of two, 104 of 256 of three.

Source: McCulloch and Pitts 1943; Borisov 2024, slides on the neuron. Chapter:
perceptrons. Differs from it in: the slides give (2) the name of (1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

__all__ = ["McCullochPitts", "boolean_functions", "separating_unit", "threshold_unit"]


@dataclass(frozen=True)
class McCullochPitts:
    """Equation (1): a unit with absolute inhibition.

    ``excitatory`` and ``inhibitory`` are the numbers of its inputs.

    Source: McCulloch and Pitts 1943. Chapter: perceptrons. Differs from it in: time,
    one step per unit there, is left out.
    """

    threshold: int
    excitatory: tuple[int, ...]
    inhibitory: tuple[int, ...] = ()

    def __call__(self, x: Any) -> np.ndarray:
        """y of shape (N,) from binary inputs x (N, n)."""
        x = np.asarray(x)
        if x.ndim != 2 or not np.isin(x, (0, 1)).all():
            raise ValueError(
                f"x: expected zeros and ones of shape (N, n); got shape {x.shape}"
            )
        wired = {*self.excitatory, *self.inhibitory}
        if not wired <= set(range(x.shape[1])):
            raise ValueError(
                f"x: expected a column for each of the inputs {sorted(wired)}; got "
                f"shape {x.shape}"
            )
        silenced = x[:, list(self.inhibitory)].any(axis=1)
        excited = x[:, list(self.excitatory)].sum(axis=1) >= self.threshold
        return (excited & ~silenced).astype(int)


def threshold_unit(x: Any, w: Any, b: Any) -> np.ndarray:
    """Equation (2): x (N, n), w (n,) or (units, n), b a number or (units,).

    Returns zeros and ones of shape (N,) or (N, units).

    Source: Borisov 2024. Chapter: perceptrons. Differs from it in: b = −w₀.
    """
    x, w = np.asarray(x, float), np.asarray(w, float)
    if x.ndim != 2:
        raise ValueError(f"x: expected samples in rows, (N, n); got shape {x.shape}")
    if w.shape[-1:] != x.shape[1:]:
        raise ValueError(
            f"w: expected one weight per column of x, {x.shape}; got {w.shape}"
        )
    s = x @ w.T + b
    if not np.isfinite(s).all():
        raise ValueError("x, w, b: expected finite numbers; got some that are not")
    return (s >= 0).astype(int)


def separating_unit(x: Any, labels: Any) -> tuple[np.ndarray, float, float] | None:
    """(w, b, slack): the weighted unit with the widest gap, or None if there is none.

    Maximises slack where label · (w·x + b) ≥ slack (labels 0/1 taken as −1/+1) and
    |w_i| ≤ 1: positive exactly where a hyperplane separates the classes, strictly.

    Source: Minsky and Papert 1969 (the question). Chapter: perceptrons. Differs from
    it in: a linear program answers it.
    """
    from scipy.optimize import linprog

    x, labels = np.asarray(x, float), np.asarray(labels)
    if x.ndim != 2 or labels.shape != x.shape[:1] or not np.isin(labels, (0, 1)).all():
        raise ValueError(
            f"labels: expected {len(x)} zeros and ones, one per row of x; got shape "
            f"{labels.shape}"
        )
    if not x.size or not np.isfinite(x).all():
        raise ValueError(f"x: expected finite numbers, not empty; got shape {x.shape}")
    sign = np.where(labels, 1.0, -1.0)[:, None]
    # unknowns w, b, slack: slack − sign (w·x + b) ≤ 0, maximise slack
    scale = np.abs(x).max() or 1.0  # in any unit the same question
    A = np.hstack([-sign * (x / scale), -sign, np.ones_like(sign)])
    n = x.shape[1]
    bounds = [(-1, 1)] * n + [(None, None), (None, 1)]
    cost = np.zeros(n + 2)
    cost[-1] = -1
    found = linprog(cost, A, np.zeros(len(x)), bounds=bounds)
    if found.x is None or found.x[-1] < 1e-9:
        return None
    return found.x[:n], float(scale * found.x[n]), float(scale * found.x[-1])


def boolean_functions(n: int) -> Iterator[tuple[np.ndarray, bool]]:
    """Every Boolean function of n ≤ 3 variables, and whether one unit computes it.

    Yields (truth table of shape (2ⁿ,), separable), rows in binary order.

    Source: Minsky and Papert 1969. Chapter: perceptrons. Differs from it in: nothing.
    """
    if n not in (1, 2, 3):
        raise ValueError(f"n: expected 1, 2 or 3 (n = 4 has 65536 tables); got {n}")
    x = np.array(list(product((0, 1), repeat=n)))
    for table in product((0, 1), repeat=2**n):
        labels = np.array(table)
        yield labels, separating_unit(x, labels) is not None
