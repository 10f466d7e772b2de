"""Rosenblatt's perceptron: a threshold unit that learns from its mistakes.

With labels t = ±1 and a 1 appended to every input, so that the bias is a weight::

    for each sample:  if t (w·x) ≤ 0:  w ← w + t x                          (1)

If some unit vector u separates the data through the origin with margin
γ = min t (u·x), then from w = 0 the rule makes at most

    (R / γ)² mistakes,   R = max ‖x‖                                        (2)

however often the data are shown (Novikoff). R is measured from the origin, both R and
γ after the 1 was appended. The bound is on mistakes, not on passes, and says nothing
about data that cannot be separated: there the rule never stops.

Source: Rosenblatt 1958; Novikoff 1962; Borisov 2024. Chapter: perceptrons. Differs from
it in: nothing.
"""

from typing import Any, NamedTuple

import numpy as np

from course_lib.neurons.mcculloch_pitts import separating_unit

__all__ = ["Perceptron", "mistake_bound", "predict", "train_perceptron"]


class Perceptron(NamedTuple):
    """What training found: weights (bias last), mistakes in all, passes, success."""

    w: np.ndarray
    mistakes: int
    passes: int
    separates: bool
    path: np.ndarray


def train_perceptron(x: Any, t: Any, passes: int = 1000) -> Perceptron:
    """Rule (1) on x (N, n), labels t (N,) of ±1, in the given order, from w = 0.

    Stops after a pass without a mistake (``separates``) or after ``passes``. ``path``
    is w after every mistake, (mistakes + 1, n + 1).

    Source: Rosenblatt 1958. Chapter: perceptrons. Differs from it in: the learning rate
    is 1: from w = 0 it only scales w.
    """
    X, t = _augment(x, t)
    w = np.zeros(X.shape[1])
    path = [w]
    for n_passes in range(1, passes + 1):
        before = len(path)
        for row, label in zip(X, t, strict=True):
            if label * (w @ row) <= 0:
                w = w + label * row  # eq. 1
                path.append(w)
        if len(path) == before:
            return Perceptron(w, len(path) - 1, n_passes, True, np.array(path))
    return Perceptron(w, len(path) - 1, passes, False, np.array(path))


def predict(w: Any, x: Any) -> np.ndarray:
    """±1 for every row of x (N, n); w (n + 1,), the bias last; 0 counts as −1."""
    x = np.asarray(x, float)
    w = np.asarray(w, float)
    if x.ndim != 2 or w.shape != (x.shape[1] + 1,):
        raise ValueError(
            f"w: expected a weight per column of x and a bias; got {w.shape} for x "
            f"{x.shape}"
        )
    s = x @ w[:-1] + w[-1]
    if not np.isfinite(s).all():
        raise ValueError("w, x: expected finite numbers; got some that are not")
    return np.where(s > 0, 1, -1)


def mistake_bound(x: Any, t: Any) -> float:
    """(R/γ)² of equation (2) with the largest margin γ, ∞ where nothing separates.

    Source: Novikoff 1962. Chapter: perceptrons. Differs from it in: nothing.
    """
    from scipy.optimize import minimize

    X, t = _augment(x, t)
    unit = separating_unit(X[:, :-1], (t > 0).astype(int))
    if unit is None:
        return float("inf")
    rows = t[:, None] * X
    # The widest margin through the origin is 1/‖w‖ for the shortest w with t w·x ≥ 1.
    constraint = {"type": "ineq", "fun": lambda w: rows @ w - 1, "jac": lambda w: rows}
    start = np.append(*unit[:2])
    start = start / (rows @ start).min()
    found = minimize(
        lambda w: w @ w / 2,
        start,
        jac=lambda w: w,
        constraints=constraint,
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    w = found.x if (rows @ found.x).min() > 0 else start
    margin = (rows @ w).min() / np.linalg.norm(w)
    return float((np.linalg.norm(X, axis=1).max() / margin) ** 2)


def _augment(x: Any, t: Any) -> tuple[np.ndarray, np.ndarray]:
    """Inputs with a 1 appended, and the labels as floats."""
    x, t = np.asarray(x, float), np.asarray(t, float)
    if x.ndim != 2 or 0 in x.shape or not np.isfinite(x).all():
        raise ValueError(
            f"x: expected finite numbers, shape (N, n), not empty; got {x.shape}"
        )
    if t.shape != x.shape[:1] or not np.isin(t, (-1, 1)).all():
        raise ValueError(
            f"t: expected {len(x)} labels of -1 and +1; got {t.shape} with values "
            f"{np.unique(t)[:5]}"
        )
    return np.hstack([x, np.ones((len(x), 1))]), t
