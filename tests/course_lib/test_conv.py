"""Conv2d: worked examples, the reverse convolution, oracles, shapes, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers.conv import (
    BLOCK_BYTES,
    Conv2d,
    conv2d_backward,
    conv2d_forward,
    conv2d_reference,
    dilate,
    full_correlate,
    kernel_gradient,
    output_length,
    reverse_convolution,
    rot180,
)
from tests.course_lib.array_kinds import KINDS, assert_close, make, rtol

RNG = np.random.default_rng


def random_case(layer, shape, seed=0):
    """x, params and delta of standard normal numbers."""
    rng = RNG(seed)
    params = {name: rng.normal(size=s) for name, s in layer.shapes().items()}
    delta = rng.normal(size=(shape[0], *layer.output_shape(shape[1:])))
    return rng.normal(size=shape), params, delta


def by_arrays(layer, params, x, delta):
    """(s, ∂x, ∂K, ∂b) by the array form, on any kind of array."""
    K, b = params["weight"], params.get("bias")
    s, cache = conv2d_forward(x, K, b, layer.stride, layer.padding)
    return s, *conv2d_backward(K, cache, delta, layer.stride, layer.padding)


def by_torch(layer, params, x, delta):
    """The same by torch's autograd in float64."""
    torch = pytest.importorskip("torch")
    x, K, b = (
        torch.tensor(a, requires_grad=True)
        for a in (x, params["weight"], params["bias"])
    )
    s = torch.nn.functional.conv2d(x, K, b, layer.stride, layer.padding)
    s.backward(torch.tensor(delta))
    return s.detach(), x.grad, K.grad, b.grad


# The four shapes of the specification, one with pairs, one with a stride beyond
# the kernel, one 1 × 1.
LAYERS = [
    (Conv2d(3, 4, 3, stride=2, padding=1), (2, 3, 7, 7)),
    (Conv2d(3, 4, (3, 2), stride=2), (2, 3, 8, 7)),
    (Conv2d(3, 4, 2, stride=3, padding=1), (2, 3, 9, 9)),
    (Conv2d(3, 4, 3, padding=2), (2, 3, 6, 5)),
    (Conv2d(2, 3, (2, 3), stride=(1, 2), padding=(2, 1)), (3, 2, 5, 8)),
    (Conv2d(1, 1, 1), (1, 1, 1, 1)),
]


def test_conv_worked_example():
    """The 2 × 2 example of the chapter: forward, ∂x, ∂K and ∂b to the digit."""
    X, K = np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[1.0, 0], [2, -1]]]])
    layer = Conv2d(1, 1, 2)
    params = {"weight": K, "bias": np.zeros(1)}
    s, cache = layer.forward(params, X)
    delta = np.array([[[[1.0, 2], [3, 4]]]])
    grad_x, grads = layer.backward(params, cache, delta)
    np.testing.assert_array_equal(s[0, 0], [[2, 4], [8, 10]])
    np.testing.assert_array_equal(grad_x[0, 0], [[1, 2, 0], [5, 7, -2], [6, 5, -4]])
    np.testing.assert_array_equal(grads["weight"][0, 0], [[27, 37], [57, 67]])
    np.testing.assert_array_equal(grads["bias"], [10])


def test_conv_stride_leaves_the_leftover_column_without_gradient():
    """n = 5, f = 2, t = 2, k = (1, 2), delta = (1, 10): ∂x = (1, 2, 10, 20, 0)."""
    layer = Conv2d(1, 1, (1, 2), stride=(1, 2), bias=False)
    params = {"weight": np.array([[[[1.0, 2]]]])}
    _, cache = layer.forward(params, np.ones((1, 1, 1, 5)))
    grad_x, grads = layer.backward(params, cache, np.array([[[[1.0, 10]]]]))
    np.testing.assert_array_equal(grad_x[0, 0, 0], [1, 2, 10, 20, 0])
    assert list(grads) == ["weight"]


@pytest.mark.parametrize(("layer", "shape"), LAYERS)
def test_conv_backward_is_the_reverse_convolution(layer, shape):
    """Dilate, correlate with the rotated kernel, place, crop: equal to backward."""
    x, params, delta = random_case(layer, shape)
    s, grad_x, grad_K, _ = by_arrays(layer, params, x, delta)
    K, t, p = params["weight"], layer.stride, layer.padding
    assert_close(s, conv2d_reference(x, K, params["bias"], t, p), 1e-13)
    assert_close(grad_x, reverse_convolution(delta, K, shape[2:], t, p), 1e-13)
    f = layer.kernel_size
    assert_close(grad_K, kernel_gradient(x, delta, f, t, p), 1e-13)
    rows = kernel_gradient(x, delta, f, t, p, per_sample=True)
    assert_close(rows[:1], kernel_gradient(x[:1], delta[:1], f, t, p)[None], 1e-13)
    assert_close(grad_K, rows.sum(axis=0), 1e-13)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("layer", "shape"), LAYERS)
def test_conv_equals_torch(layer, shape, kind):
    """Array form and layer give torch's numbers, for every kind of array."""
    x, params, delta = random_case(layer, shape)
    expected = by_torch(layer, params, x, delta)
    moved = make(kind, params), make(kind, x), make(kind, delta)
    for actual, known in zip(by_arrays(layer, *moved), expected, strict=True):
        assert_close(actual, known, 1e-12 if kind.endswith("64") else rtol(kind))
    s, cache = layer.forward(moved[0], moved[1])
    grad_x, grads = layer.backward(moved[0], cache, moved[2])
    layered = (s, grad_x, grads["weight"], grads["bias"])
    for actual, known in zip(layered, expected, strict=True):
        assert actual.dtype == moved[1].dtype
        assert_close(actual, known, 1e-12 if kind.endswith("64") else rtol(kind))


def test_conv_equals_torch_over_several_blocks():
    """More samples than one block holds, with a rest: nothing is lost at the seams."""
    layer, shape = Conv2d(8, 4, 3, padding=1), (37, 8, 24, 24)
    assert 37 * 8 * 9 * 24 * 24 * 8 > 2 * BLOCK_BYTES
    x, params, delta = random_case(layer, shape)
    expected = by_torch(layer, params, x, delta)
    for actual, known in zip(by_arrays(layer, params, x, delta), expected, strict=True):
        assert_close(actual, known, 1e-12)


def test_conv_equals_scipy():
    """One map, stride 1: SciPy's correlation forward, its convolution backward."""
    signal = pytest.importorskip("scipy.signal")
    x, K, delta = (RNG(1).normal(size=s) for s in ((6, 7), (3, 2), (4, 6)))
    batch = delta[None, None], K[None, None]
    layer = Conv2d(1, 1, (3, 2))
    s, grad_x, grad_K, _ = by_arrays(
        layer, {"weight": K[None, None]}, x[None, None], delta[None, None]
    )
    assert_close(s[0, 0], signal.correlate2d(x, K, "valid"), 1e-13)
    full = signal.convolve2d(delta, K, "full")
    assert_close(grad_x[0, 0], full, 1e-13)
    assert_close(reverse_convolution(*batch, (6, 7))[0, 0], full, 1e-13)
    assert_close(grad_K[0, 0], signal.correlate2d(x, delta, "valid"), 1e-13)


def test_conv_true_convolution_reverses_unrotated():
    """A flipped forward pass goes back unrotated, and flips the kernel's gradient."""
    x, K, delta = (RNG(2).normal(size=s) for s in ((5, 5), (2, 3), (4, 3)))
    layer = Conv2d(1, 1, (2, 3))
    params = {"weight": rot180(K)[None, None]}
    _, grad_x, grad_flipped, _ = by_arrays(
        layer, params, x[None, None], delta[None, None]
    )
    assert_close(grad_x[0, 0], full_correlate(delta, K), 1e-13)
    inner = kernel_gradient(x[None, None], delta[None, None], (2, 3))
    assert_close(rot180(grad_flipped), rot180(inner), 1e-13)


def test_conv_rotation_matters_unless_the_kernel_is_symmetric():
    """Leaving the rotation out is wrong, and invisible on a point-symmetric kernel."""
    delta, K = RNG(3).normal(size=(4, 4)), RNG(4).normal(size=(3, 3))
    right, wrong = full_correlate(delta, rot180(K)), full_correlate(delta, K)
    assert np.abs(right - wrong).max() > 1
    symmetric = K + rot180(K)
    assert_close(
        full_correlate(delta, rot180(symmetric)),
        full_correlate(delta, symmetric),
        1e-15,
    )


geometry = st.tuples(
    st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(0, 5)
)


@settings(max_examples=60, deadline=None)
@given(geometry, geometry, st.integers(1, 3), st.integers(1, 3), st.integers(1, 11))
def test_conv_is_adjoint_for_every_shape(rows, columns, C, O, N):
    """⟨conv x, g⟩ = ⟨x, convᵀ g⟩ = ⟨K, ∂K⟩ whatever kernel, stride, padding, rest."""
    (f1, t1, p1, e1), (f2, t2, p2, e2) = rows, columns
    layer = Conv2d(C, O, (f1, f2), (t1, t2), (p1, p2), bias=False)
    shape = (N, C, max(f1 - 2 * p1, 1) + e1, max(f2 - 2 * p2, 1) + e2)
    x, params, g = random_case(layer, shape, seed=f1 + 7 * e2)
    before = x.copy(), params["weight"].copy(), g.copy()
    s, cache = layer.forward(params, x)
    grad_x, grads = layer.backward(params, cache, g)
    assert s.shape == (N, *layer.output_shape(shape[1:]))
    size = np.abs(s * g).sum() + 1e-300
    assert abs((s * g).sum() - (x * grad_x).sum()) < 1e-12 * size
    K = params["weight"]
    assert abs((s * g).sum() - (K * grads["weight"]).sum()) < 1e-12 * size
    for argument, old in zip((x, K, g), before, strict=True):
        np.testing.assert_array_equal(argument, old)  # no argument is changed


def test_conv_gradient_equals_central_differences():
    """A curved error of the output: gradients to 1e-6 of central differences."""
    layer, shape = Conv2d(2, 3, 2, stride=2, padding=1), (2, 2, 4, 5)
    x, params, _ = random_case(layer, shape)

    def error(x, params):
        return np.sum(np.sin(layer.forward(params, x)[0]))

    s, cache = layer.forward(params, x)
    grad_x, grads = layer.backward(params, cache, np.cos(s))
    h, rng = 6e-6, RNG(5)  # cube root of the rounding unit
    for _ in range(3):
        d, e = (
            rng.normal(size=shape),
            {k: rng.normal(size=v.shape) for k, v in params.items()},
        )
        plus = error(x + h * d, {k: params[k] + h * e[k] for k in e})
        minus = error(x - h * d, {k: params[k] - h * e[k] for k in e})
        slope = np.sum(grad_x * d) + sum(np.sum(grads[k] * e[k]) for k in e)
        assert math.isclose((plus - minus) / (2 * h), slope, rel_tol=1e-6)


def test_dilate_sizes():
    """Stride 1 changes nothing; stride 3 puts two zeros between neighbours."""
    d = np.arange(1.0, 5).reshape(2, 2)
    np.testing.assert_array_equal(dilate(d, 1), d)
    np.testing.assert_array_equal(dilate(d, (1, 3)), [[1, 0, 0, 2], [3, 0, 0, 4]])


def test_output_length_floors():
    """28, 3, stride 2: 13 positions, one column left over."""
    assert output_length(28, 3, 2, 0) == 13
    assert output_length(5, 5) == 1


def test_conv_init_is_he():
    """K has variance 2 / (C f₁ f₂), the bias is zero, the order weight then bias."""
    params = Conv2d(20, 50, (3, 5)).init(RNG(0))
    assert list(params) == ["weight", "bias"]
    assert not params["bias"].any()
    # 15 000 draws: the variance has relative standard deviation √(2/15000) = 1.2 %
    assert math.isclose(params["weight"].var(), 2 / 300, rel_tol=0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Conv2d(0, 1, 3), "in_channels: expected a whole number >= 1; got 0"),
        (lambda: Conv2d(1, 1, 0), "kernel_size: expected one int or two, >= 1; got 0"),
        (lambda: Conv2d(1, 1, 3, stride=(1, 2, 3)), "stride: .*got \\(1, 2, 3\\)"),
        (lambda: Conv2d(1, 1, 3, padding=-1), "padding: .*>= 0; got -1"),
        (lambda: run(Conv2d(1, 1, 3), (3, 3)), "x: expected shape \\(N, C, H, W\\)"),
        (lambda: run(Conv2d(1, 1, 3), (0, 1, 3, 3)), "none of them 0"),
        (lambda: run(Conv2d(2, 1, 3), (1, 1, 3, 3)), "x: expected 2 channels"),
        (lambda: run(Conv2d(1, 1, 4), (1, 1, 3, 3)), "kernel_size: 4 does not fit"),
        (lambda: run(Conv2d(1, 1, 2), (1, 1, 3, 3), int), "x: expected float32 or"),
    ],
)
def test_conv_refuses(call, message):
    """Bad input is named: what was expected, what came."""
    with pytest.raises(ValueError, match=message):
        call()


def run(layer, shape, dtype=float):
    return layer.forward(layer.init(RNG(0)), np.ones(shape, dtype))
