"""Kosko's bidirectional memory: pairs of patterns, recalled from either side.

    M = Σ_p aᵖ bᵖᵀ                                                          (1)
    b ← sign(Mᵀ a),   a ← sign(M b),   unchanged where the sum is 0         (2)
    E = −aᵀ M b                                                             (3)

Here all units of a layer move at once, and E still never rises: for *every* real M, as
the two layers take turns. That is what a Hopfield network lacks.

Source: Kosko 1988; Borisov 2024 names it. Chapter: associative-networks. Differs from
it in: nothing.
"""

from typing import Any, NamedTuple

import numpy as np

from course_lib.networks.hopfield import check_signs

__all__ = ["PairRecall", "energy", "recall", "store"]


def store(a: Any, b: Any) -> np.ndarray:
    """M of equation (1), (n, p), from pairs a (P, n) and b (P, p) of ±1.

    Source: Kosko 1988. Chapter: associative-networks. Differs from it in: nothing.
    """
    a, b = check_signs("a", a, 2), check_signs("b", b, 2)
    if len(a) != len(b):
        raise ValueError(f"b: expected one row per row of a, {len(a)}; got {len(b)}")
    return a.T @ b


def energy(M: Any, a: Any, b: Any) -> float:
    """E of equation (3); never below −Σ |M_ij|."""
    return -float(np.asarray(a, float) @ M @ b)


class PairRecall(NamedTuple):
    """Both layers, E after every half step, and whether nothing changes any more."""

    a: np.ndarray
    b: np.ndarray
    energies: np.ndarray
    stable: bool


def recall(M: Any, a: Any, b: Any = None, steps: int = 100) -> PairRecall:
    """Rule (2) from a, b after a, until neither changes.

    Without b, the first half step computes it, starting from +1 where the sum is 0.

    Source: Kosko 1988. Chapter: associative-networks. Differs from it in: nothing.
    """
    M, a = np.asarray(M, float), check_signs("a", a, 1)
    if M.ndim != 2 or M.shape[0] != len(a):
        raise ValueError(
            f"M: expected ({len(a)}, p), a row per unit of a; got {M.shape}"
        )
    b = _turn(M.T @ a, np.ones(M.shape[1])) if b is None else check_signs("b", b, 1)
    E = [energy(M, a, b)]
    for _ in range(steps):
        b_new = _turn(M.T @ a, b)
        E.append(energy(M, a, b_new))
        a_new = _turn(M @ b_new, a)
        E.append(energy(M, a_new, b_new))
        if (a_new == a).all() and (b_new == b).all():
            return PairRecall(a, b, np.array(E), True)
        a, b = a_new, b_new
    return PairRecall(a, b, np.array(E), False)


def _turn(field: np.ndarray, old: np.ndarray) -> np.ndarray:
    return np.where(field == 0, old, np.sign(field))
