"""Kohonen's self-organising map: a sheet of units that unrolls over the data.

Units sit at the points r_j of a rectangular grid and have weights w_j in the data
space::

    c = argmin_j ‖x − w_j‖                                                  (1)
    h_j = exp(−‖r_j − r_c‖² / 2σ²)                                          (2)
    w_j ← w_j + η h_j (x − w_j)                  one sample at a time       (3)
    w_j ← Σ_n h_j(c_n) x_n / Σ_n h_j(c_n)        all samples at once        (4)

η and σ fall during training. In one dimension the order is proved to come and to stay;
in two it is not, and rule (3) is not the gradient of any energy. Two numbers judge a
map: the quantisation error (how far data are from their unit) and the topographic error
(how often the two nearest units are not neighbours); the second tells whether the map
has unfolded.

Source: Kohonen 1982; Borisov 2024 names it. Chapter: associative-networks. Differs from
it in: nothing.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.layers.initialize import check_sizes

__all__ = [
    "SelfOrganizingMap",
    "quantization_error",
    "topographic_error",
    "winners",
]


@dataclass(frozen=True)
class SelfOrganizingMap:
    """A map of ``rows`` × ``columns`` units for data of shape (N, D).

    ``learning_rate`` and ``radius`` are (first, last) and fall geometrically.

    Source: Kohonen 1982. Chapter: associative-networks. Differs from it in: the
    Gaussian (2) for his square neighbourhood.
    """

    rows: int
    columns: int
    learning_rate: tuple[float, float] = (0.5, 0.01)
    radius: tuple[float, float] = (3.0, 0.5)

    def __post_init__(self) -> None:
        check_sizes(self, "rows", "columns")
        for name in ("learning_rate", "radius"):
            if not all(0 < end < np.inf for end in getattr(self, name)):
                raise ValueError(
                    f"{name}: expected (first, last) > 0; got {getattr(self, name)}"
                )

    @property
    def grid(self) -> np.ndarray:
        """r_j, (rows · columns, 2), row by row."""
        i, j = np.divmod(np.arange(self.rows * self.columns), self.columns)
        return np.stack([i, j], axis=1).astype(float)

    def init(self, x: Any, rng: Any) -> np.ndarray:
        """Weights (units, D): samples drawn with replacement."""
        x = _data(x)
        return x[rng.integers(0, len(x), self.rows * self.columns)].copy()

    def neighborhood(self, radius: float) -> np.ndarray:
        """h of equation (2) between all pairs of units, (units, units)."""
        r = self.grid
        distance = ((r[:, None, :] - r[None, :, :]) ** 2).sum(axis=2)
        return np.exp(-distance / (2 * radius**2))

    def train(self, w: Any, x: Any, steps: int, rng: Any) -> np.ndarray:
        """Rule (3) on ``steps`` samples drawn at random; w is not changed.

        The neighbourhood is computed once per hundredth of the training.
        """
        x = _data(x)
        w = self._weights(w, x).copy()
        order = rng.integers(0, len(x), steps)
        parts = np.array_split(order, min(100, steps)) if steps else []
        for k, part in enumerate(parts):
            share = k / max(len(parts) - 1, 1)
            rate = _between(self.learning_rate, share)
            h = rate * self.neighborhood(_between(self.radius, share))
            size = np.einsum("ij,ij->i", w, w)
            for n in part:
                # ‖x − w‖² less ‖x‖², the same for all units; recomputed, not drifting
                c = np.argmin(size - 2 * (w @ x[n]))
                w += h[c][:, None] * (x[n] - w)  # eq. 3
                size = np.einsum("ij,ij->i", w, w)
        return w

    def train_batch(self, w: Any, x: Any, epochs: int) -> np.ndarray:
        """Rule (4), the radius falling over the epochs; no learning rate, no chance.

        A unit so far from every winner that all its h round to 0 stays where it is.
        """
        x = _data(x)
        w = self._weights(w, x).copy()
        for k in range(epochs):
            h = self.neighborhood(_between(self.radius, k / max(epochs - 1, 1)))
            weight = h[winners(w, x)]  # (N, units)
            total = weight.sum(axis=0)
            near = total > 0
            w[near] = (weight.T @ x)[near] / total[near, None]  # eq. 4
        return w

    def _weights(self, w: Any, x: np.ndarray) -> np.ndarray:
        w, expected = np.asarray(w, float), (self.rows * self.columns, x.shape[1])
        if w.shape != expected:
            raise ValueError(f"w: expected weights {expected}; got {w.shape}")
        return w


def winners(w: Any, x: Any, count: int = 1) -> np.ndarray:
    """Numbers of the nearest units, (N,), or the ``count`` nearest in order."""
    distance = (np.asarray(w) ** 2).sum(axis=1) - 2 * _data(x) @ np.asarray(w).T
    if count == 1:
        return distance.argmin(axis=1)
    return np.argsort(distance, axis=1, kind="stable")[:, :count]


def quantization_error(w: Any, x: Any) -> float:
    """Mean distance (not squared) from a sample to its nearest unit."""
    return float(np.linalg.norm(x - np.asarray(w)[winners(w, x)], axis=1).mean())


def topographic_error(som: SelfOrganizingMap, w: Any, x: Any) -> float:
    """Share of samples whose two nearest units are not among 8 neighbours."""
    x = _data(x)
    first, second = som.grid[winners(som._weights(w, x), x, 2)].transpose(1, 0, 2)
    return float((np.abs(first - second).max(axis=1) > 1).mean())


def _between(ends: tuple[float, float], share: float) -> float:
    """Geometric interpolation: first at share 0, last at 1."""
    first, last = ends
    return first * (last / first) ** share


def _data(x: Any) -> np.ndarray:
    x = np.asarray(x, float)
    if x.ndim != 2 or 0 in x.shape or not np.isfinite(x).all():
        raise ValueError(f"x: expected finite numbers of shape (N, D); got {x.shape}")
    return x
