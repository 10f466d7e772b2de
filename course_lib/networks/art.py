"""Adaptive resonance: categories that are opened when nothing known fits.

For a binary input I and categories w_j, with ∧ the intersection and |·| the sum::

    T_j = |I ∧ w_j| / (ε + |w_j|)         choice, the largest first          (1)
    |I ∧ w_j| ≥ ρ |I|                     vigilance: accept or try the next  (2)
    w_j ← I ∧ w_j                         learning                           (3)

and a new category w = I if none passes. Fuzzy ART takes the minimum for ∧, so that
inputs may be any numbers in [0, 1]. Complement coding I = (a, 1 − a) keeps |I| = D
constant, so that weights cannot wither away; a category w = (u, 1 − v) is then the box
from u to v, of size |v − u| ≤ D (1 − ρ).

Weights only shrink, hence training ends. ρ = 0 gives one category, ρ = 1 one per
distinct pattern. The categories depend on the order of presentation.

Source: Carpenter and Grossberg 1987; Carpenter, Grossberg and Rosen 1991; Borisov 2024
names it. Chapter: associative-networks. Differs from it in: fast learning only.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

__all__ = ["ART", "Categories", "complement_code"]


class Categories(NamedTuple):
    """Weights (categories, D), the label of every input, passes, and whether stable."""

    w: np.ndarray
    labels: np.ndarray
    passes: int
    stable: bool


@dataclass(frozen=True)
class ART:
    """ART1 for binary inputs, fuzzy ART for inputs in [0, 1]: the same three equations.

    ``vigilance`` ρ in [0, 1], ``choice`` ε > 0, small for the conservative limit.

    Source: Carpenter and Grossberg 1987. Chapter: associative-networks. Differs from it
    in: the networks are written as the algorithm they carry out.
    """

    vigilance: float
    choice: float = 1e-6

    def __post_init__(self) -> None:
        if not 0 <= self.vigilance <= 1:
            raise ValueError(f"vigilance: expected 0 to 1; got {self.vigilance}")
        if not self.choice > 0:
            raise ValueError(f"choice: expected > 0; got {self.choice}")

    def train(self, inputs: Any, passes: int = 100) -> Categories:
        """Present all rows of ``inputs`` (N, D) until a pass changes nothing."""
        inputs = _inputs(inputs)
        N, D = inputs.shape
        w = np.empty((16, D))  # grown by doubling; the first ``count`` rows are in use
        size, count = np.empty(16), 0
        labels = np.full(N, -1)
        for n_passes in range(1, passes + 1):
            changed = False
            for n, I in enumerate(inputs):
                common = np.minimum(w[:count], I)
                match = common.sum(axis=1)
                j = self._category(match, size[:count], I.sum())
                if j == count:  # none passed: a new category
                    if count == len(w):
                        w, size = np.vstack([w, np.empty_like(w)]), np.tile(size, 2)
                    w[j], size[j] = I, I.sum()
                    count += 1
                    changed = True
                elif match[j] < size[j]:
                    w[j], size[j] = common[j], match[j]  # eq. 3
                    changed = True
                changed |= labels[n] != j
                labels[n] = j
            if not changed:
                return Categories(w[:count].copy(), labels, n_passes, True)
        return Categories(w[:count].copy(), labels, passes, False)

    def predict(self, w: Any, inputs: Any) -> np.ndarray:
        """The category of every input, −1 where none passes vigilance; no learning."""
        w, inputs = np.asarray(w, float), _inputs(inputs)
        if w.shape != (len(w), inputs.shape[1]):
            raise ValueError(
                f"w: expected categories of {inputs.shape[1]} numbers; got {w.shape}"
            )
        size, found = w.sum(axis=1), []
        for I in inputs:
            match = np.minimum(w, I).sum(axis=1)
            j = self._category(match, size, I.sum())
            found.append(j if j < len(w) else -1)
        return np.array(found)

    def _category(self, match: Any, size: Any, total: float) -> int:
        """The first by (1) that passes (2), else the number of categories."""
        passed = match >= self.vigilance * total * (1 - 1e-12)  # rounding of the sums
        if not passed.any():
            return len(match)
        choice = np.where(passed, match / (self.choice + size), -1.0)
        return int(np.argmax(choice))  # the first of equals


def complement_code(a: Any) -> np.ndarray:
    """(a, 1 − a): (N, D) in [0, 1] to (N, 2D) with every row's sum D.

    Source: Carpenter, Grossberg and Rosen 1991. Chapter: associative-networks. Differs
    from it in: nothing.
    """
    a = _inputs(a)
    return np.hstack([a, 1 - a])


def _inputs(a: Any) -> np.ndarray:
    a = np.asarray(a, float)
    if a.ndim != 2 or 0 in a.shape or not ((a >= 0) & (a <= 1)).all():
        raise ValueError(
            f"inputs: expected numbers from 0 to 1 of shape (N, D); got {a.shape}"
        )
    return a
