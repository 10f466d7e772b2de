"""A convolution as a sparse perceptron: four forms, masks, ties, the collapse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import sparse_conv as sparse
from course_lib.layers.conv import Conv2d, conv2d_reference, reverse_convolution
from tests.course_lib.array_kinds import KINDS, assert_close, make, rtol

RNG = np.random.default_rng
X0, F0 = np.arange(24.0).reshape(6, 4), np.array([[1.0, 2], [3, 4]])
GEOMETRIES = [  # size, kernel, stride, padding: side by side, overlap, gaps, border
    ((6, 4), (2, 2), 2, 0),
    ((6, 5), (3, 2), 1, 0),
    ((7, 7), (2, 2), 3, 0),
    ((5, 6), (3, 3), (2, 1), (1, 2)),
]


@pytest.mark.parametrize("form", sparse.FORMS)
def test_operator_M_worked_example(form):
    """The paper's 6 × 4 map, 2 × 2 kernel, stride 2: the same six sums in each form."""
    s = sparse.operator_M(X0, F0, 2, 0, form)
    np.testing.assert_array_equal(s, [34, 54, 114, 134, 194, 214])


def test_gather_and_tied_gradient_worked_example():
    """X′ window by window, and ∂E/∂φ = (256, 277, 340, 361) for G = 1, ..., 6."""
    rho = sparse.pixel_index((6, 4), 2, 2)
    columns = sparse.gather(X0, rho)
    rows = [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13]]
    rows += [[10, 11, 14, 15], [16, 17, 20, 21], [18, 19, 22, 23]]
    np.testing.assert_array_equal(columns, rows)
    G = np.arange(1.0, 7)
    np.testing.assert_array_equal(columns.T @ G, [256, 277, 340, 361])
    dense = np.outer(G, X0.ravel())  # ∂E/∂A
    np.testing.assert_array_equal(sparse.tied_gradient(dense, rho), columns.T @ G)


def test_kernel_has_one_size_in_each_form():
    """6 windows of 4: φ (4,), W (4, 4), I ⊗ φ (24, 6), A (6, 24), a φ in each row."""
    rho = sparse.pixel_index((6, 4), 2, 2)
    assert sparse.gather(X0, rho).shape == (6, 4)
    assert sparse.diagonal_gradient(sparse.gather(X0, rho), np.ones(6)).shape == (4, 4)
    assert sparse.kronecker_matrix(F0, 6).shape == (24, 6)
    A = sparse.toeplitz_matrix(F0, (6, 4), rho).toarray()
    for row, pixels in zip(A, rho, strict=True):
        np.testing.assert_array_equal(row[pixels], F0.ravel())
        assert np.count_nonzero(row) == 4


def test_toeplitz_example_is_sparse():
    """6 × 24 with 24 non-zeros of 144; the paper's one-map figure has 8 + 1 = 9."""
    A = sparse.toeplitz_matrix(F0, (6, 4), sparse.pixel_index((6, 4), 2, 2))
    assert A.shape == (6, 24) and A.nnz == 24
    assert sum(np.prod(s) for s in Conv2d(2, 1, 2).shapes().values()) == 9


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", sparse.FORMS)
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_forms_agree_with_the_convolution(form, geometry, kind):
    """Every form, every geometry, every kind of array: the convolution."""
    size, f, stride, padding = geometry
    X, F = RNG(0).normal(size=size), RNG(1).normal(size=f)
    known = conv2d_reference(X[None, None], F[None, None], 0.0, stride, padding)
    s = sparse.operator_M(make(kind, X), make(kind, F), stride, padding, form)
    assert_close(s, known.ravel(), rtol(kind) / 10)


@settings(max_examples=40, deadline=None)
@given(*[st.integers(1, 4)] * 2, *[st.integers(1, 3)] * 2, st.integers(0, 3))
def test_reverse_convolution_is_the_transposed_matrix(f1, f2, t, extra, p):
    """Aᵀ delta is the article's reverse convolution: a hidden layer's delta."""
    H, W = max(f1 - 2 * p, 1) + extra, max(f2 - 2 * p, 1) + 2 * extra
    F = RNG(f1).normal(size=(f1, f2))
    rho = sparse.pixel_index((H, W), (f1, f2), t, p)
    A = sparse.toeplitz_matrix(F, (H, W), rho)
    h = (H + 2 * p - f1) // t + 1
    delta = RNG(f2).normal(size=(1, 1, h, rho.shape[0] // h))
    known = reverse_convolution(delta, F[None, None], (H, W), t, p)
    assert_close(A.T @ delta.ravel(), known.ravel(), 1e-13)
    inside = (rho >= 0).sum()
    assert A.nnz == inside == sparse.receptive_mask(rho, (H, W)).sum()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_operator_D_is_the_layer(geometry, kind):
    """D and its backward pass are Conv2d's, three channels and two kernels."""
    size, f, stride, padding = geometry
    layer = Conv2d(3, 2, f, stride, padding)
    rng = RNG(0)
    X, F, b = (rng.normal(size=s) for s in ((3, *size), (2, 3, *f), (2,)))
    params = {"weight": F, "bias": b}
    s, cache = layer.forward(params, X[None])
    G = rng.normal(size=s.shape)
    grad_x, grads = layer.backward(params, cache, G)
    moved = make(kind, X), make(kind, F)
    out = sparse.operator_D(*moved, make(kind, b), stride, padding)
    assert_close(out, s.reshape(2, -1), rtol(kind))
    back = sparse.operator_D_backward(
        *moved, make(kind, G.reshape(2, -1)), stride, padding
    )
    for actual, known in zip(
        back, (grad_x[0], grads["weight"], grads["bias"]), strict=True
    ):
        assert_close(actual, known, rtol(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_diagonal_mask_leaves_the_convolutions_gradient(kind):
    """Masked to the diagonal, X′ᵀ G 1ᵀ is ∂E/∂φ: eqs. (13)-(14) hold in this form."""
    columns, G = RNG(0).normal(size=(6, 4)), RNG(1).normal(size=6)
    grad = sparse.diagonal_gradient(make(kind, columns), make(kind, G))
    kept = sparse.masked_increment(grad, np.eye(4))
    assert_close(kept, np.diag(columns.T @ G), rtol(kind))


def test_collapse_theorem():
    """Any W acts as the kernel W 1; other entries with the same row sums, as well."""
    columns, W = RNG(0).normal(size=(6, 4)), RNG(1).normal(size=(4, 4))
    kernel = sparse.effective_kernel(W)
    np.testing.assert_allclose((columns @ W).sum(axis=1), columns @ kernel, rtol=1e-12)
    other = W + np.array([[1, -1, 0, 0]] * 4)
    np.testing.assert_allclose(sparse.effective_kernel(other), kernel, rtol=1e-12)


def test_full_mask_only_multiplies_the_learning_rate():
    """One plain step with the full mask moves φ_eff 4.0 times as far for 2 × 2."""
    columns, G = RNG(0).normal(size=(6, 4)), RNG(1).normal(size=6)
    step = -0.1 * sparse.diagonal_gradient(columns, G)
    moved = [
        sparse.effective_kernel(sparse.masked_increment(step, mask))
        for mask in (np.eye(4), np.ones((4, 4)))
    ]
    np.testing.assert_allclose(moved[1], 4.0 * moved[0], rtol=1e-13)


def test_masked_step_in_the_toeplitz_form_unties_the_positions():
    """The pattern alone keeps zeros, not ties: after a step A is no convolution."""
    rho = sparse.pixel_index((6, 4), 2, 2)
    A = sparse.toeplitz_matrix(F0, (6, 4), rho).toarray()
    G = np.arange(1.0, 7)
    mask = sparse.receptive_mask(rho, (6, 4))
    stepped = A - 0.01 * sparse.masked_increment(np.outer(G, X0.ravel()), mask)
    assert (stepped[~mask] == 0).all()
    kernels = np.take_along_axis(stepped, rho, axis=1)
    assert np.abs(kernels - kernels[0]).max() > 0.1
    # The tied step is the layer's own and leaves one kernel for all positions.
    tied = F0 - 0.01 * sparse.tied_gradient(np.outer(G, X0.ravel()), rho).reshape(2, 2)
    layer = Conv2d(1, 1, 2, 2, bias=False)
    params = {"weight": F0[None, None]}
    _, cache = layer.forward(params, X0[None, None])
    grad = layer.backward(params, cache, G.reshape(1, 1, 3, 2))[1]["weight"]
    np.testing.assert_allclose(tied, F0 - 0.01 * grad[0, 0], rtol=1e-13)


def test_mask_sizes_of_the_generalisations():
    """Tied, local, dense: f₁ f₂ = 4, U f₁ f₂ = 24 and U H W = 144 weights."""
    rho = sparse.pixel_index((6, 4), 2, 2)
    mask = sparse.receptive_mask(rho, (6, 4))
    assert (F0.size, mask.sum(), mask.size) == (4, 24, 144)


@pytest.mark.parametrize("kind", KINDS)
def test_local_layer_contains_the_convolution_and_more(kind):
    """Equal kernels: the convolution; a step unties them; gradients are exact."""
    rho = sparse.pixel_index((5, 5), 3, 1)
    X, F, G = (RNG(k).normal(size=s) for k, s in enumerate(((5, 5), (3, 3), (9,))))
    columns = sparse.gather(make(kind, X), rho)
    kernels = make(kind, np.tile(F.ravel(), (9, 1)))
    s = sparse.local_forward(columns, kernels)
    assert_close(s, sparse.operator_M(X, F), rtol(kind))
    _, grad = sparse.local_backward(columns, kernels, make(kind, G))
    assert_close(grad.sum(0), sparse.gather(X, rho).T @ G, rtol(kind))  # tied again
    # s is linear in kernels: <grad, K> = <G, s>
    assert_close((grad * kernels).sum(), (make(kind, G) * s).sum(), rtol(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_pattern_gradient_is_the_masked_outer_product(kind):
    """Only the pattern is computed; a wider pattern is a wider field."""
    rho = sparse.pixel_index((6, 4), 2, 2)
    mask = sparse.receptive_mask(rho, (6, 4))
    wider = mask.copy()
    wider[:, 0] = True
    G = np.arange(1.0, 7)
    for pattern in (mask, wider):
        grad = sparse.pattern_gradient(make(kind, X0.ravel()), make(kind, G), pattern)
        dense = grad.to_dense() if hasattr(grad, "to_dense") else grad.toarray()
        assert_close(dense, np.outer(G, X0.ravel()) * pattern, rtol(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_window_network_does_not_collapse(kind):
    """No kernel reproduces tanh(X′ W) v; its gradients pass central differences."""
    rng = RNG(0)
    arrays = columns, W, v = [rng.normal(size=s) for s in ((30, 4), (4, 5), (5,))]
    s, gradients = sparse.window_network(*(make(kind, a) for a in arrays))
    known = np.tanh(columns @ W) @ v
    assert_close(s, known, rtol(kind))
    rest = np.linalg.lstsq(columns, known)[1]
    assert rest.item() > 0.1 * (known**2).sum()
    G = rng.normal(size=30)
    for k, grad in enumerate(gradients(make(kind, G))):
        d, h = rng.normal(size=arrays[k].shape), 6e-6
        shifted = []
        for sign in (1, -1):
            moved = [a + sign * h * d if i == k else a for i, a in enumerate(arrays)]
            shifted.append(G @ (np.tanh(moved[0] @ moved[1]) @ moved[2]))
        slope = (shifted[0] - shifted[1]) / (2 * h)
        assert_close((make(kind, d) * grad).sum(), slope, max(1e-6, 10 * rtol(kind)))


def test_operator_M_refuses_an_unknown_form():
    """The four forms are listed; a kernel that does not fit is named."""
    with pytest.raises(ValueError, match="form: expected one of"):
        sparse.operator_M(X0, F0, form="fft")
    with pytest.raises(ValueError, match="kernel_size: 7 does not fit"):
        sparse.operator_M(X0, np.ones((7, 7)))
