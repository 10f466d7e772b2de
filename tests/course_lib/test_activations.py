"""Activations against torch, against central differences, and far from zero."""

import math

import numpy as np
import pytest

from course_lib import activations
from course_lib.activations import (
    GELU,
    Elementwise,
    LeakyReLU,
    Logistic,
    bipolar_sigmoid,
    gelu,
    gelu_tanh,
    log_softmax,
    logistic,
    selu,
    silu,
    softmax,
    softmax_jacobian,
    softmax_vjp,
    softplus,
    tanh,
)
from course_lib.differentiation import numerical_jacobian
from tests.course_lib.array_kinds import KINDS, assert_close, back, make, rtol

ALL = {
    name: value
    for name, value in vars(activations).items()
    if isinstance(value, Elementwise)
} | {"logistic, slope 3": Logistic(3.0), "leaky": LeakyReLU(0.2)}

# Away from every kink: 0 and ±1.
GRID = np.array([-3.1, -1.7, -0.6, -0.2, 0.3, 0.8, 1.9, 4.2])


@pytest.mark.parametrize("name", ALL)
def test_derivative_is_the_central_difference(name):
    """φ′ agrees with (φ(s+h) − φ(s−h)) / 2h at eight places."""
    phi = ALL[name]
    expected = np.diagonal(numerical_jacobian(phi, GRID))
    np.testing.assert_allclose(phi.derivative(GRID), expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ALL)
def test_kinds_agree_with_numpy(name, kind):
    """Every array kind gives NumPy's numbers in its own dtype."""
    phi, s = ALL[name], make(kind, GRID)
    for f in (phi.value, phi.derivative):
        y = f(s)
        assert y.dtype == s.dtype
        assert_close(y, f(GRID), rtol(kind))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ALL)
def test_finite_far_from_zero(name, dtype):
    """At ±1000 value and derivative are finite and nothing overflows on the way."""
    s = np.array([-1000, -90, -20, 20, 90, 1000], dtype)
    assert np.isfinite(ALL[name](s)).all()
    assert np.isfinite(ALL[name].derivative(s)).all()


TORCH = {
    "relu": "relu",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "softplus": "softplus",
    "silu": "silu",
    "gelu": "gelu",
    "selu": "selu",
    "hard_tanh": "hardtanh",
}


@pytest.mark.parametrize("ours", TORCH)
def test_value_and_derivative_are_torchs(ours):
    """Value and derivative equal torch's function and its autograd to 1e-13."""
    torch = pytest.importorskip("torch")
    s = torch.tensor(GRID, requires_grad=True)
    y = getattr(torch.nn.functional, TORCH[ours])(s)
    (slope,) = torch.autograd.grad(y.sum(), s)
    np.testing.assert_allclose(ALL[ours](GRID), back(y), rtol=1e-13)
    np.testing.assert_allclose(ALL[ours].derivative(GRID), back(slope), rtol=1e-12)


def test_published_values():
    """GELU, SiLU, SELU and softplus at one point each, as published."""
    assert gelu(1.0) == pytest.approx(0.841344746068543, rel=1e-15)
    assert gelu_tanh(1.0) == pytest.approx(0.8411919906, rel=1e-10)
    assert silu(1.0) == pytest.approx(0.7310585786300049, rel=1e-15)
    assert selu(-1.0) == pytest.approx(-1.1113307378125625, rel=1e-15)
    assert softplus(0.0) == pytest.approx(math.log(2), rel=1e-15)
    assert softplus(1000.0) == 1000
    assert GELU() == gelu


def test_sigmoid_tails_keep_their_digits():
    """tanh′(20) = 4 exp(−40) and logistic(−700) = exp(−700) to 15 digits."""
    far = np.array([-20.0, 20.0])
    exact = 4 * np.exp(-40.0) / (1 + np.exp(-40.0)) ** 2
    np.testing.assert_allclose(tanh.derivative(far), exact, rtol=1e-14)
    assert logistic(-700.0) == pytest.approx(math.exp(-700), rel=1e-14)
    assert 1 - np.tanh(20.0) ** 2 == 0  # what the textbook form would give


def test_logistic_slope_is_at_most_a_quarter():
    """σ′ ≤ 1/4, reached at 0: ten layers of it shrink a gradient below 1e-6."""
    s = np.linspace(-5, 5, 1001)
    assert logistic.derivative(s).max() == 0.25 == logistic.derivative(np.zeros(1))[0]
    assert 0.25**10 < 1e-6


def test_sigmoids_are_one_function():
    """Bipolar sigmoid = 2 logistic − 1 = tanh(s/2); the hybrid paper's slope is 2a."""
    np.testing.assert_allclose(
        bipolar_sigmoid(GRID), 2 * logistic(GRID) - 1, atol=1e-15
    )
    np.testing.assert_allclose(bipolar_sigmoid(GRID), tanh(GRID / 2), rtol=1e-15)
    a = 0.7
    paper = 1 / (1 + np.exp(-2 * a * GRID))
    np.testing.assert_allclose(Logistic(2 * a)(GRID), paper, rtol=1e-14)


def test_softmax_by_hand():
    """s = (0, ln 2, ln 3): a sixth, a third and a half, each with its own numerator."""
    np.testing.assert_allclose(softmax(np.log([1.0, 2, 3])), [1 / 6, 1 / 3, 1 / 2])


@pytest.mark.parametrize("kind", KINDS)
def test_softmax_sums_to_one_and_ignores_a_shift(kind):
    """Rows sum to 1 and adding 1e4 to a row changes nothing beyond its rounding."""
    s = make(kind, np.array([[1.0, 2, 3], [-1e4, 0, 1e4]]))
    assert_close(softmax(s).sum(-1), [1, 1], rtol(kind))
    assert_close(softmax(s + 8192.0), softmax(s), 1e-2 if "32" in kind else 1e-11)
    assert np.isfinite(back(log_softmax(s))).all()


def test_softmax_jacobian_is_the_central_difference():
    """diag(y) − y yᵀ is the Jacobian, and softmax_vjp its transposed product."""
    s = np.array([0.3, -1.0, 2.0])
    y, g = softmax(s), np.array([1.0, -2.0, 0.5])
    J = softmax_jacobian(y)
    np.testing.assert_allclose(J, numerical_jacobian(softmax, s), atol=1e-10)
    np.testing.assert_allclose(softmax_vjp(y, g), J.T @ g, atol=1e-15)
    assert softmax_jacobian(np.ones((5, 3)) / 3).shape == (5, 3, 3)
