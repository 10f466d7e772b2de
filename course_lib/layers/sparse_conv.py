"""A convolution as a sparsely connected perceptron, and what a mask can add to it.

One channel: x = vec X, φ = vec F, U = u₁ u₂ window positions. ρ[q, k] is the pixel
that entry k of window q reads, X′[q, k] = x[ρ[q, k]]. Operator M in four forms::

    gather     s = X′ φ
    diagonal   s = (X′ W) 1,            W = diag φ, mask m = I
    kronecker  sᵀ = vec(X′)ᵀ (I_U ⊗ φ)
    toeplitz   s = A x,                 A[q, ρ[q, k]] = φ[k], else 0

and D sums M over the channels and adds the bias.

Collapse theorem. For every square W, (X′ W) 1 = X′ (W 1): the layer with extra weights
off the diagonal is the convolution with kernel φ_eff = W 1 (`effective_kernel`). It
computes nothing new. A gradient step moves φ_eff[k] as many times as far as row k of
the mask has free entries, f₁ f₂ with the full mask: a hidden factor on the learning
rate. What does enlarge the layer: weights of its own for every position
(`local_forward`), entries outside the pattern (`pattern_gradient` with a wider mask),
a non-linearity before the sum (`window_network`).

Source: Golubinskiy and Tolstykh 2021, section 2, eqs. (3)-(14).
Chapter: sparse-perceptron. Differs from it in: window position and offset have
indices of their own; the claim that off-diagonal weights refine the convolution is
replaced by the theorem.
"""

from typing import Any

import numpy as np
from array_api_compat import is_torch_array

from course_lib.arrays import namespace, scatter_add
from course_lib.layers.conv import Pair, output_length, pair

__all__ = [
    "diagonal_gradient",
    "effective_kernel",
    "gather",
    "kronecker_matrix",
    "local_backward",
    "local_forward",
    "masked_increment",
    "operator_D",
    "operator_D_backward",
    "operator_M",
    "pattern_gradient",
    "pixel_index",
    "receptive_mask",
    "tied_gradient",
    "toeplitz_matrix",
    "window_network",
]

Array = Any
FORMS = ("gather", "diagonal", "kronecker", "toeplitz")


def pixel_index(
    size: Pair,
    kernel_size: int | Pair,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
) -> np.ndarray:
    """ρ (U, f₁ f₂): the row-major pixel each window entry reads, −1 in the border.

    Source: Golubinskiy and Tolstykh 2021, eqs. (5)-(6). Chapter: sparse-perceptron.
    Differs from it in: stride and kernel size are independent.
    """
    (H, W), (f1, f2) = size, pair(kernel_size, "kernel_size", 1)
    (t1, t2), (p1, p2) = pair(stride, "stride", 1), pair(padding, "padding", 0)
    u = np.arange(output_length(H, f1, t1, p1))[:, None, None, None]
    v = np.arange(output_length(W, f2, t2, p2))[None, :, None, None]
    row = u * t1 + np.arange(f1)[:, None] - p1
    column = v * t2 + np.arange(f2) - p2
    inside = (row >= 0) & (row < H) & (column >= 0) & (column < W)
    return np.where(inside, row * W + column, -1).reshape(-1, f1 * f2)


def _on(index: np.ndarray, like: Array) -> Array:
    """The index array as the kind of ``like``, on its device."""
    return namespace(like).asarray(index, device=like.device)


def gather(X: Array, rho: np.ndarray) -> Array:
    """X′ (U, f₁ f₂) of one map X (H, W): row q is the flattened window q.

    Source: Golubinskiy and Tolstykh 2021, eq. (4). Chapter: sparse-perceptron.
    Differs from it in: nothing.
    """
    xp = namespace(X)
    x = xp.reshape(X, (-1,))
    border = xp.zeros(1, dtype=X.dtype, device=X.device)
    return xp.concat([x, border])[_on(rho, X)]  # −1 reads the zero at the end


def _sparse(values: Array, rows: Any, columns: Any, shape: Pair) -> Any:
    """SciPy CSR or a coalesced torch COO matrix."""
    if is_torch_array(values):
        import torch

        where = torch.stack([_on(rows, values), _on(columns, values)])
        return torch.sparse_coo_tensor(
            where, values, shape, check_invariants=True
        ).coalesce()
    from scipy.sparse import csr_array

    return csr_array((values, (rows, columns)), shape=shape)


def toeplitz_matrix(F: Array, size: Pair, rho: np.ndarray) -> Any:
    """A (U, H W), sparse: the convolution as a perceptron whose missing weights are 0.

    Source: Golubinskiy and Tolstykh 2021, fig. 5. Chapter: sparse-perceptron.
    Differs from it in: nothing.
    """
    rows, taps = np.nonzero(rho >= 0)
    values = namespace(F).reshape(F, (-1,))[_on(taps, F)]
    return _sparse(values, rows, rho[rows, taps], (rho.shape[0], size[0] * size[1]))


def kronecker_matrix(F: Array, positions: int) -> Any:
    """I_U ⊗ φ, sparse (U f₁ f₂, U): one copy of the kernel per position.

    Source: Golubinskiy and Tolstykh 2021, after eq. (4). Chapter: sparse-perceptron.
    """
    phi = namespace(F).reshape(F, (-1,))
    k = phi.shape[0]
    rows = np.arange(positions * k)
    values = namespace(F).concat([phi] * positions)
    return _sparse(values, rows, rows // k, (positions * k, positions))


def operator_M(
    X: Array,
    F: Array,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    form: str = "gather",
) -> Array:
    """s (U,) of one map X (H, W) under kernel F (f₁, f₂), in one of four forms.

    Source: Golubinskiy and Tolstykh 2021, eqs. (4)-(8). Chapter: sparse-perceptron.
    Differs from it in: the printed text mixes the forms; each stands alone here.
    """
    if form not in FORMS:
        raise ValueError(f"form: expected one of {FORMS}; got {form!r}")
    xp = namespace(X, F)
    if len(X.shape) != 2 or len(F.shape) != 2:
        raise ValueError(
            f"X, F: expected one map (H, W) and one kernel (f1, f2); got "
            f"{tuple(X.shape)} and {tuple(F.shape)}"
        )
    rho = pixel_index(tuple(X.shape), tuple(F.shape), stride, padding)
    phi = xp.reshape(F, (-1,))
    if form == "toeplitz":
        return toeplitz_matrix(F, tuple(X.shape), rho) @ xp.reshape(X, (-1,))
    columns = gather(X, rho)
    if form == "diagonal":
        W = xp.eye(phi.shape[0], dtype=F.dtype, device=F.device) * phi
        return xp.sum(columns @ W, axis=1)
    if form == "kronecker":
        return kronecker_matrix(F, rho.shape[0]).T @ xp.reshape(columns, (-1,))
    return columns @ phi


def operator_D(
    X: Array, F: Array, b: Array, stride: int | Pair = 1, padding: int | Pair = 0
) -> Array:
    """s (K, U) of X (C, H, W) under kernels F (K, C, f₁, f₂): M summed over channels.

    Source: Golubinskiy and Tolstykh 2021, eqs. (10)-(12). Chapter: sparse-perceptron.
    Differs from it in: K kernels take K C sparse layers, not C.
    """
    _check_channels(X, F)
    rho = pixel_index(tuple(X.shape[1:]), tuple(F.shape[2:]), stride, padding)
    xp = namespace(X, F)
    flat = xp.reshape(F, (*F.shape[:2], -1))
    maps = [flat[:, c, :] @ gather(X[c, ...], rho).T for c in range(X.shape[0])]
    return sum(maps) + b[:, None]


def operator_D_backward(
    X: Array, F: Array, G: Array, stride: int | Pair = 1, padding: int | Pair = 0
) -> tuple[Array, Array, Array]:
    """(∂E/∂X, ∂E/∂F, ∂E/∂b) from G = ∂E/∂s (K, U); overlapping windows add up.

    Source: completes Golubinskiy and Tolstykh 2021, eq. (13).
    Chapter: sparse-perceptron.
    """
    _check_channels(X, F)
    xp = namespace(X, F, G)
    size = tuple(X.shape[1:])
    pixels = size[0] * size[1]
    rho = pixel_index(size, tuple(F.shape[2:]), stride, padding)
    target = _on(np.where(rho < 0, pixels, rho), X)  # the border's sum is dropped
    flat = xp.reshape(F, (*F.shape[:2], -1))
    grad_F = [G @ gather(X[c, ...], rho) for c in range(X.shape[0])]  # X′ᵀ G
    grad_X = [
        scatter_add(pixels + 1, target, G.T @ flat[:, c, :])[:pixels]
        for c in range(X.shape[0])
    ]
    return (
        xp.reshape(xp.stack(grad_X), X.shape),
        xp.reshape(xp.stack(grad_F, axis=1), F.shape),
        xp.sum(G, axis=1),
    )


def _check_channels(X: Array, F: Array) -> None:
    if len(X.shape) != 3 or len(F.shape) != 4 or X.shape[0] != F.shape[1]:
        raise ValueError(
            f"F: expected kernels (K, C, f1, f2) for X (C, H, W); got {tuple(F.shape)} "
            f"for {tuple(X.shape)}"
        )


# --------------------------------------------------------------------------------
# Masks, ties and the collapse


def receptive_mask(rho: np.ndarray, size: Pair) -> np.ndarray:
    """m (U, H W), boolean: True where window q reads pixel r, the pattern of A.

    Source: Golubinskiy and Tolstykh 2021, eq. (14), for the Toeplitz form.
    Chapter: sparse-perceptron.
    """
    mask = np.zeros((rho.shape[0], size[0] * size[1] + 1), bool)
    np.put_along_axis(mask, rho, True, axis=1)  # −1 is the extra last column
    return mask[:, :-1]


def diagonal_gradient(columns: Array, G: Array) -> Array:
    """∂E/∂W = X′ᵀ G 1ᵀ (f₁ f₂, f₁ f₂) in the diagonal form: all columns are equal.

    Source: Golubinskiy and Tolstykh 2021, eq. (13). Chapter: sparse-perceptron.
    """
    return namespace(columns, G).stack([columns.T @ G] * columns.shape[1], axis=1)


def masked_increment(increment: Array, mask: Array) -> Array:
    """ΔW ∘ m: only what the mask leaves free is trained.

    Source: Golubinskiy and Tolstykh 2021, eqs. (13)-(14). Chapter: sparse-perceptron.
    Differs from it in: right in the diagonal form; in the Toeplitz form it unties the
    positions, see `tied_gradient`.
    """
    return increment * namespace(increment).astype(
        _on(mask, increment), increment.dtype
    )


def effective_kernel(W: Array) -> Array:
    """φ_eff = W 1: the kernel that the diagonal form with any square W amounts to.

    Source: refutes Golubinskiy and Tolstykh 2021, end of section 2.
    Chapter: sparse-perceptron.
    """
    return namespace(W).sum(W, axis=1)


def tied_gradient(grad_A: Array, rho: np.ndarray) -> Array:
    """∂E/∂φ[k] = Σ_q ∂E/∂A[q, ρ[q, k]]: the sum that keeps a convolution one.

    A step by ``grad_A`` on the pattern alone would give each position its own kernel.

    Source: absent from Golubinskiy and Tolstykh 2021. Chapter: sparse-perceptron.
    """
    xp = namespace(grad_A)
    rows, taps = np.nonzero(rho >= 0)
    values = grad_A[_on(rows, grad_A), _on(rho[rows, taps], grad_A)]
    return scatter_add(rho.shape[1], _on(taps, grad_A), xp.reshape(values, (-1,)))


def local_forward(columns: Array, kernels: Array) -> Array:
    """Generalisation 1, untied: s[q] = X′[q]·φ_q, kernels (U, f₁ f₂).

    U f₁ f₂ weights instead of f₁ f₂: a locally connected layer.

    Source: what makes the paper's claim true. Chapter: sparse-perceptron.
    """
    return namespace(columns, kernels).sum(columns * kernels, axis=1)


def local_backward(columns: Array, kernels: Array, G: Array) -> tuple[Array, Array]:
    """(∂E/∂X′, ∂E/∂kernels), both (U, f₁ f₂), of `local_forward`.

    Source: what makes the paper's claim true. Chapter: sparse-perceptron.
    """
    return G[:, None] * kernels, G[:, None] * columns


def pattern_gradient(x: Array, G: Array, mask: np.ndarray) -> Any:
    """Generalisation 2: ∂E/∂A = G xᵀ of s = A x on any pattern, as a sparse matrix.

    With the pattern of `receptive_mask` it is the untied convolution, with more
    entries a wider or irregular field, with all of them a dense layer.

    Source: what makes the paper's claim true. Chapter: sparse-perceptron.
    """
    rows, pixels = np.nonzero(mask)
    return _sparse(G[_on(rows, G)] * x[_on(pixels, x)], rows, pixels, mask.shape)


def window_network(columns: Array, W: Array, v: Array) -> tuple[Array, Any]:
    """Generalisation 3: s = tanh(X′ W) v, a small network in every window.

    Returns (s (U,), gradients) where ``gradients(G)`` gives (∂E/∂X′, ∂E/∂W, ∂E/∂v).
    Without the tanh it collapses to the kernel W v.

    Source: what makes the paper's claim true; Lin, Chen and Yan 2014.
    Chapter: sparse-perceptron.
    """
    a = namespace(columns, W).tanh(columns @ W)

    def gradients(G: Array) -> tuple[Array, Array, Array]:
        delta = G[:, None] * v * (1 - a * a)
        return delta @ W.T, columns.T @ delta, a.T @ G

    return a @ v, gradients
