"""The rules of `course_lib.optim` that go through memory once, compiled by numba.

Equation by equation as in `gradient_descent`, `adam`, `adagrad` and `rmsprop`; arrays
are flat, contiguous and changed in place, the numbers have the arrays' dtype. Needs
numba, which the extra ``bench`` installs.
"""

import functools
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba

__all__ = ["adam", "momentum", "run", "sum_of_squares"]

compiled = numba.njit(cache=True, error_model="numpy", nogil=True)


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


# --------------------------------------------------------------------------------
# Threads

SHARE = 1 << 16  # numbers below which a second thread costs more than it brings


def run(passes: Sequence[tuple], threads: int) -> None:
    """Passes (rule's name, flat arrays, constants), shared out evenly by numbers.

    The constants get the arrays' dtype: a float64 among float32 slows the loop down.
    """
    sizes = [len(arrays[0]) for _, arrays, _ in passes]
    total = sum(sizes)
    parts = max(1, min(threads, total // SHARE))
    shares: list[list] = [[] for _ in range(parts)]
    begin = 0
    for (name, arrays, constants), size in zip(passes, sizes, strict=True):
        kind = arrays[0].dtype.type
        numbers = [kind(value) for value in constants]
        for k, share in enumerate(shares):
            start = max(total * k // parts - begin, 0)
            stop = min(total * (k + 1) // parts - begin, size)
            if start < stop:
                stretch = [a[start:stop] for a in arrays]
                share.append((globals()[name], stretch, numbers))
        begin += size
    others = [_pool(os.getpid(), parts).submit(_do, share) for share in shares[1:]]
    _do(shares[0])
    for other in others:
        other.result()


def _do(share: list) -> None:
    for rule, arrays, numbers in share:
        rule(*arrays, *numbers)


@functools.cache
def _pool(process: int, threads: int) -> ThreadPoolExecutor:
    """One pool per process: threads do not survive a fork."""
    return ThreadPoolExecutor(threads - 1)
