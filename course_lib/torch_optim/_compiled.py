"""Rules of `course_lib.optim` that go through memory once, compiled by numba.

Equation by equation as in `gradient_descent`, `adam`, `adagrad` and `rmsprop`; arrays
are flat, contiguous and changed in place, the numbers have the arrays' dtype. Needs
numba, which the extra ``bench`` installs.
"""

import math
from typing import Any

import numba
import numpy as np

__all__ = ["adam", "momentum", "numbers", "sum_of_squares"]

compiled = numba.njit(cache=True, error_model="numpy")


@compiled
def momentum(
    p: Any,
    g: Any,
    v: Any,
    rate: Any,
    mu: Any,
    fresh: Any,
    decay: Any,
    now: Any,
    old: Any,
) -> None:
    """v ← μ v + fresh (g + ρ θ); θ ← θ − η (now g + old v)."""
    for i in range(p.size):
        d = g[i] + decay * p[i]
        w = mu * v[i] + fresh * d
        v[i] = w
        p[i] -= rate * (now * d + old * w)


@compiled
def adam(
    p: Any, g: Any, m: Any, v: Any,
    rate: Any, b1: Any, c1: Any, b2: Any, c2: Any, root: Any, eps: Any,
    decay: Any, shrink: Any,
) -> None:  # fmt: skip
    """m ← β₁ m + c₁ g; v ← β₂ v + c₂ g²; θ ← shrink θ − η m / (√v / root + ε)."""
    for i in range(p.size):
        d = g[i] + decay * p[i]
        a = b1 * m[i] + c1 * d
        b = b2 * v[i] + c2 * d * d
        m[i], v[i] = a, b
        p[i] = shrink * p[i] - rate * a / (math.sqrt(b) / root + eps)


@compiled
def sum_of_squares(
    p: Any, g: Any, S: Any, rate: Any, keep: Any, fresh: Any, eps: Any, decay: Any
) -> None:
    """S ← keep S + fresh g²; θ ← θ − η g / (√S + ε)."""
    for i in range(p.size):
        d = g[i] + decay * p[i]
        s = keep * S[i] + fresh * d * d
        S[i] = s
        p[i] -= rate * d / (math.sqrt(s) + eps)


def numbers(like: np.ndarray, *values: float) -> list[Any]:
    """The values in the array's dtype: a float64 among float32 slows the loop down."""
    return [like.dtype.type(value) for value in values]
