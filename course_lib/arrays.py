"""The only file that branches on the array kind: NumPy or torch, CPU or GPU.

Everything above writes ``xp = namespace(x)`` and then reads like NumPy.
"""

from types import ModuleType
from typing import Any

from array_api_compat import array_namespace, is_torch_array

__all__ = [
    "cholesky",
    "cholesky_solve",
    "erf",
    "namespace",
    "normal",
    "pad",
    "scatter_add",
    "uniform",
    "windows",
]


def namespace(*arrays: Any) -> ModuleType:
    """The array module shared by ``arrays`` (NumPy's for plain numbers)."""
    with_arrays = [a for a in arrays if hasattr(a, "shape")]
    if not with_arrays:
        import numpy

        return numpy
    return array_namespace(*with_arrays)


def pad(x: Any, widths: Any, value: float = 0.0) -> Any:
    """A new array: ``x`` inside a border of ``value``.

    ``widths`` gives (before, after) for every axis: shape (2, 3) with
    ((0, 0), (1, 1)) becomes (2, 5).
    """
    xp = namespace(x)
    shape = [n + a + b for n, (a, b) in zip(x.shape, widths, strict=True)]
    y = xp.full(shape, value, dtype=x.dtype, device=x.device)
    inside = zip(x.shape, widths, strict=True)
    y[tuple(slice(a, a + n) for n, (a, _) in inside)] = x
    return y


def windows(x: Any, sizes: Any, strides: Any, axes: Any) -> Any:
    """A view, to be read only: every window of ``x``, its content in new last axes.

    Along ``axes[i]`` the windows have ``sizes[i]`` entries and start every
    ``strides[i]``: (N, 6, 4) with sizes (2, 2), strides (2, 2), axes (1, 2)
    becomes (N, 3, 2, 2, 2). What no window covers is left out.
    """
    if is_torch_array(x):
        for axis, size, stride in zip(axes, sizes, strides, strict=True):
            x = x.unfold(axis, size, stride)
        return x
    from numpy.lib.stride_tricks import sliding_window_view

    view = sliding_window_view(x, tuple(sizes), axis=tuple(axes))
    steps = [slice(None)] * view.ndim
    for axis, stride in zip(axes, strides, strict=True):
        steps[axis] = slice(None, None, stride)
    return view[tuple(steps)]


def scatter_add(length: int, index: Any, values: Any) -> Any:
    """y of shape (length,) with ``y[index[i]] += values[i]``: repeats add up."""
    if is_torch_array(values):
        y = values.new_zeros(length)
        return y.index_add(0, index.reshape(-1), values.reshape(-1))
    import numpy

    y = numpy.zeros(length, values.dtype)
    numpy.add.at(y, numpy.ravel(index), numpy.ravel(values))
    return y


def erf(x: Any) -> Any:
    """The error function of every entry."""
    if is_torch_array(x):
        return x.erf()
    from scipy.special import erf as numpy_erf

    return numpy_erf(x)


def cholesky(A: Any) -> tuple[Any, bool]:
    """(L, whether it is one): A = L Lᵀ, from the lower triangle; no exception."""
    if is_torch_array(A):
        import torch

        L, info = torch.linalg.cholesky_ex(A)
        return L, int(info) == 0
    from scipy.linalg import lapack

    potrf = lapack.dpotrf if A.dtype.itemsize == 8 else lapack.spotrf
    L, info = potrf(A, lower=1, clean=1)
    return L, info == 0


def cholesky_solve(L: Any, b: Any) -> Any:
    """x with L Lᵀ x = b, b of shape (n,)."""
    if is_torch_array(L):
        import torch

        return torch.cholesky_solve(b[:, None], L)[:, 0]
    from scipy.linalg import cho_solve

    return cho_solve((L, True), b, check_finite=False)


def normal(rng: Any, shape: Any, like: Any) -> Any:
    """Standard normal numbers from a NumPy Generator, of the kind of ``like``.

    They are drawn in float64 on the CPU and moved, so that every kind sees the same.
    """
    return _move(rng.standard_normal(shape), like)


def uniform(rng: Any, shape: Any, like: Any) -> Any:
    """Numbers uniform in [0, 1), otherwise as `normal`."""
    return _move(rng.random(shape), like)


def _move(a: Any, like: Any) -> Any:
    xp = namespace(like)
    return xp.asarray(a, dtype=like.dtype, device=like.device)
