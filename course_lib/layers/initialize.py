"""Random weights to start from: the variance that keeps signals of one size.

For a layer with fan_in inputs and fan_out outputs per unit (a kernel: channels times
window), each function draws an array of the given shape. Biases start at zero.

Source: Golubinskiy and Tolstykh 2021 (He); Glorot and Bengio 2010; LeCun et al. 1998;
Saxe et al. 2014. Chapter: backpropagation. Differs from it in: nothing.
"""

import math
from typing import Any

import numpy as np

__all__ = ["glorot_normal", "glorot_uniform", "he_normal", "lecun_normal", "orthogonal"]

Shape = tuple[int, ...]


def check_sizes(layer: Any, *names: str) -> None:
    """Refuse a layer whose fields of these names are not whole numbers >= 1."""
    for name in names:
        value = getattr(layer, name)
        if not (isinstance(value, int | np.integer) and value >= 1):
            raise ValueError(f"{name}: expected a whole number >= 1; got {value!r}")


def he_normal(rng: Any, shape: Shape, fan_in: int, fan_out: int) -> np.ndarray:
    """Variance 2 / fan_in, for ReLU, which drops half of the signal."""
    return math.sqrt(2 / fan_in) * rng.standard_normal(shape)


def lecun_normal(rng: Any, shape: Shape, fan_in: int, fan_out: int) -> np.ndarray:
    """Variance 1 / fan_in: sums of fan_in inputs of variance 1 have variance 1."""
    return math.sqrt(1 / fan_in) * rng.standard_normal(shape)


def glorot_normal(rng: Any, shape: Shape, fan_in: int, fan_out: int) -> np.ndarray:
    """Variance 2 / (fan_in + fan_out): a compromise between forward and backward."""
    return math.sqrt(2 / (fan_in + fan_out)) * rng.standard_normal(shape)


def glorot_uniform(rng: Any, shape: Shape, fan_in: int, fan_out: int) -> np.ndarray:
    """Uniform in ±√(6 / (fan_in + fan_out)), the same variance."""
    a = math.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-a, a, shape)


def orthogonal(rng: Any, shape: Shape, fan_in: int, fan_out: int) -> np.ndarray:
    """Rows (or columns, the fewer) orthonormal: all singular values are 1.

    Arrays of more than two axes are taken as (shape[0], the rest).
    """
    rows, columns = shape[0], math.prod(shape[1:])
    Q, R = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    Q = Q * np.sign(np.diagonal(R))  # else QR's sign convention spoils uniformity
    return (Q if rows >= columns else Q.T).reshape(shape)
