"""Hopfield's network: memories are the minima of an energy.

N units s_i = ±1; P patterns ξ are stored by Hebb's rule and recalled unit by unit::

    W = (1/N) Σ_p ξᵖ ξᵖᵀ,   W_ii = 0                                        (1)
    s_i ← sign(Σ_j W_ij s_j),  unchanged where the sum is 0                 (2)
    E = −½ sᵀ W s                                                           (3)

No step (2) raises E, because W is symmetric without a negative diagonal and one unit
moves at a time; all units at once (`synchronous_step`) may alternate for ever between
two states. −ξ and mixtures of three patterns are memories too.

How many patterns fit depends on the question: about N / (2 ln N) if most are to come
back without a wrong bit, 0.138 N if 1.5 % wrong bits are allowed (N → ∞).

Source: Hopfield 1982; Borisov 2024 names it. Chapter: associative-networks. Differs
from it in: units are ±1 instead of 0 and 1.
"""

import math
from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "Recall",
    "bit_error",
    "energy",
    "overlap",
    "recall",
    "store",
    "synchronous_step",
]


def store(patterns: Any) -> np.ndarray:
    """W of equation (1), (N, N), from patterns (P, N) of ±1.

    Source: Hopfield 1982. Chapter: associative-networks. Differs from it in: the factor
    1/N.
    """
    patterns = check_signs("patterns", patterns, 2)
    W = patterns.T @ patterns / patterns.shape[1]
    np.fill_diagonal(W, 0)
    return W


def energy(W: Any, s: Any) -> Any:
    """E of equation (3), a number for s (N,), (M,) for s (M, N)."""
    W, s = np.asarray(W, float), np.asarray(s, float)
    _one_row_per_unit(W, s)
    return -0.5 * np.sum((s @ W) * s, axis=-1)


class Recall(NamedTuple):
    """The state reached, E after every change, whether it is a fixed point, passes."""

    s: np.ndarray
    energies: np.ndarray
    stable: bool
    sweeps: int


def recall(W: Any, s: Any, rng: Any = None, sweeps: int = 100) -> Recall:
    """Rule (2) one unit at a time until no unit changes in a whole sweep.

    ``rng`` gives every sweep a random order; None goes from the first to the last.

    Source: Hopfield 1982. Chapter: associative-networks. Differs from it in: sweeps in
    place of random single picks.
    """
    W, s = np.asarray(W, float), check_signs("s", s, 1).copy()
    _symmetric(W, s)
    E = [float(energy(W, s))]
    zero = _rounding(W)
    for sweep in range(1, sweeps + 1):
        order = range(len(s)) if rng is None else rng.permutation(len(s))
        changed = False
        for i in order:
            field = W[i] @ s
            if field * s[i] < -zero:  # at field 0 the unit stays
                s[i] = -s[i]
                E.append(E[-1] - 2 * (field * s[i] + W[i, i]))
                changed = True
        if not changed:
            return Recall(s, np.array(E), True, sweep)
    return Recall(s, np.array(E), False, sweeps)


def synchronous_step(W: Any, s: Any) -> np.ndarray:
    """Rule (2) for all units at once: may cycle between two states."""
    W, s = np.asarray(W, float), np.asarray(s, float)
    _one_row_per_unit(W, s)
    field = W @ s
    return np.where(abs(field) <= _rounding(W), s, np.sign(field))


def overlap(s: Any, pattern: Any) -> Any:
    """(1/N) Σ_i s_i ξ_i: 1 if equal, −1 if opposite, near 0 if unrelated."""
    return np.mean(np.asarray(s, float) * pattern, axis=-1)


def bit_error(load: float) -> float:
    """Share of bits wrong after one step from a stored pattern, P = load · N, N → ∞.

    ½ erfc(1/√(2 load)): the other patterns add noise of variance ``load`` to each
    field.

    Source: Amit, Gutfreund and Sompolinsky 1985 (first step). Chapter:
    associative-networks. Differs from it in: nothing.
    """
    if not load > 0:
        raise ValueError(f"load: expected patterns per unit > 0; got {load}")
    return 0.5 * math.erfc(1 / math.sqrt(2 * load))


def _rounding(W: Any) -> float:
    """Fields up to this are 0: sums of N terms, each a little wrong."""
    return 1e-13 * float(np.abs(W).sum(axis=1).max())


def check_signs(name: str, a: Any, axes: int) -> np.ndarray:
    """``a`` as floats, if it is patterns (P, N) or one state (N,) of ±1."""
    a = np.asarray(a, float)
    if a.ndim != axes or 0 in a.shape or not np.isin(a, (-1, 1)).all():
        shape = "(P, N)" if axes == 2 else "(N,)"
        raise ValueError(
            f"{name}: expected -1 and +1 in shape {shape}; got shape {a.shape} with "
            f"values {np.unique(a)[:5]}"
        )
    return a


def _one_row_per_unit(W: np.ndarray, s: np.ndarray) -> None:
    if W.shape != (s.shape[-1], s.shape[-1]):
        raise ValueError(
            f"W: expected a row and a column per unit of s {s.shape}; got {W.shape}"
        )


def _symmetric(W: np.ndarray, s: np.ndarray) -> None:
    """Refuse weights under which the energy may rise."""
    if (
        W.shape != (len(s), len(s))
        or not np.isfinite(W).all()
        or not np.array_equal(W, W.T)
        or (np.diag(W) < 0).any()
    ):
        raise ValueError(
            f"W: expected a symmetric, finite ({len(s)}, {len(s)}) matrix, no negative "
            f"diagonal, else the energy need not fall; got shape {W.shape}"
        )
