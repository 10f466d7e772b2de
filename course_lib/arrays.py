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
    "lower_product",
    "mirror",
    "namespace",
    "normal",
    "pad",
    "product_with_transpose",
    "scatter_add",
    "uniform",
    "windows",
]


_KNOWN: dict[type, ModuleType] = {}


def namespace(*arrays: Any) -> ModuleType:
    """The array module shared by ``arrays`` (NumPy's for plain numbers)."""
    with_arrays = [a for a in arrays if hasattr(a, "shape")]
    if not with_arrays:
        import numpy

        return numpy
    kinds = {type(a) for a in with_arrays}
    if len(kinds) > 1:
        return array_namespace(*with_arrays)
    kind = kinds.pop()
    if kind not in _KNOWN:  # asked once for each kind of array
        _KNOWN[kind] = array_namespace(with_arrays[0])
    return _KNOWN[kind]


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


def cholesky(A: Any, shift: Any = 0.0) -> tuple[Any, bool]:
    """(L, whether it is one): L Lᵀ = A + diag(shift), shift a number or (n,).

    Only the lower triangle of A is read, and only that of L means anything.
    """
    if is_torch_array(A) and A.is_cuda:
        import torch

        A = A.clone()
        A.diagonal().add_(shift)
        L, info = torch.linalg.cholesky_ex(A)
        return L, int(info) == 0
    from scipy.linalg import lapack

    a = _as_numpy(A).copy(order="C")
    a.reshape(-1)[:: len(a) + 1] += _as_numpy(shift)
    potrf = lapack.dpotrf if a.dtype.itemsize == 8 else lapack.spotrf
    U, info = potrf(a.T, lower=0, clean=0, overwrite_a=1)  # LAPACK reads columns
    return _like(U.T, A), info == 0


def cholesky_solve(L: Any, b: Any) -> Any:
    """x with L Lᵀ x = b, b of shape (n,)."""
    if is_torch_array(L) and L.is_cuda:
        import torch

        return torch.cholesky_solve(b[:, None], L)[:, 0]
    from scipy.linalg import lapack

    potrs = lapack.dpotrs if L.dtype.itemsize == 8 else lapack.spotrs
    x, _ = potrs(_as_numpy(L).T, _as_numpy(b), lower=0)
    return _like(x, L)


def product_with_transpose(X: Any) -> Any:
    """X Xᵀ, half of it computed, half copied: (n, m) to (n, n)."""
    if is_torch_array(X) and X.is_cuda:
        return X @ X.T
    return mirror(lower_product(X))


def lower_product(X: Any, plus: Any = None) -> Any:
    """The lower triangle of X Xᵀ + ``plus`` (overwritten); above it anything."""
    if is_torch_array(X) and X.is_cuda:
        return X @ X.T if plus is None else plus.addmm_(X, X.T)
    from scipy.linalg import blas

    x = _as_numpy(X)
    syrk = blas.dsyrk if x.dtype.itemsize == 8 else blas.ssyrk
    turned = x.flags.c_contiguous  # BLAS reads columns
    more = {} if plus is None else {"c": _as_numpy(plus).T, "beta": 1.0}
    C = syrk(1.0, x.T if turned else x, trans=turned, overwrite_c=1, **more)
    return _like(C.T, X)


def mirror(A: Any) -> Any:
    """A itself, its lower triangle copied over the upper one, in blocks."""
    xp, size = namespace(A), 128
    for i in range(0, A.shape[0], size):
        block = A[i : i + size, i : i + size]
        block[...] = xp.tril(block) + xp.tril(block, k=-1).T
        A[i : i + size, i + size :] = A[i + size :, i : i + size].T
    return A


def _as_numpy(A: Any) -> Any:
    """NumPy's view of an array on the CPU: no copy."""
    return A.detach().numpy() if is_torch_array(A) else A


def _like(a: Any, A: Any) -> Any:
    """A NumPy array as the kind of A: no copy."""
    if is_torch_array(A):
        import torch

        return torch.from_numpy(a)
    return a


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
    if not xp.isdtype(like.dtype, "real floating"):  # whole numbers would all be 0
        raise ValueError(f"x: expected float32 or float64; got {like.dtype}")
    return xp.asarray(a, dtype=like.dtype, device=like.device)
