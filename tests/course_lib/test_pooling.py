"""Pooling: winners, ties, overlap, borders, and the deltas around it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers.conv import Conv2d
from course_lib.layers.pooling import (
    AvgPool2d,
    MaxPool2d,
    conv_delta_from_pool,
    grad_from_conv,
    grad_from_dense,
)
from tests.course_lib.array_kinds import KINDS, assert_close, make, rtol

RNG = np.random.default_rng

GEOMETRIES = [
    ((2,), (2, 3, 6, 4)),
    ((2,), (2, 3, 7, 5)),  # leftover row and column
    ((3, 1), (2, 3, 5, 5)),  # overlap
    ((3, 2, 1), (1, 2, 8, 7)),  # overlap and border
    (((2, 3), (2, 1), (0, 1)), (2, 1, 5, 6)),
    ((2, 3), (1, 1, 8, 8)),  # gaps
]


def forward_backward(pool, x, g):
    y, cache = pool.forward({}, x)
    grad_x, grads = pool.backward({}, cache, g)
    assert grads == {} and pool.shapes() == {} and pool.init(RNG(0)) == {}
    return y, grad_x


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("name", ["MaxPool2d", "AvgPool2d"])
def test_pooling_equals_torch(name, geometry, kind):
    """Value and gradient are torch's: overlap, border, leftover, gaps."""
    torch = pytest.importorskip("torch")
    arguments, shape = geometry
    pool = {"MaxPool2d": MaxPool2d, "AvgPool2d": AvgPool2d}[name](*arguments)
    x = RNG(0).normal(size=shape)
    g = RNG(1).normal(size=(shape[0], *pool.output_shape(shape[1:])))
    X = torch.tensor(x, requires_grad=True)
    known = getattr(torch.nn, name)(pool.window, pool.stride, pool.padding)(X)
    known.backward(torch.tensor(g))
    y, grad_x = forward_backward(pool, make(kind, x), make(kind, g))
    assert_close(y, known, rtol(kind))
    assert_close(grad_x, X.grad, rtol(kind))
    assert grad_x.dtype == make(kind, x).dtype


def test_max_pool_tie_goes_to_the_first():
    """[[1, 1], [0, 1]]: the first maximum takes all, or each of three a third."""
    x, g = np.array([[[[1.0, 1], [0, 1]]]]), np.array([[[[3.0]]]])
    for ties, expected in (("first", [[3, 0], [0, 0]]), ("split", [[1, 1], [0, 1]])):
        _, grad_x = forward_backward(MaxPool2d(2, ties=ties), x, g)
        np.testing.assert_array_equal(grad_x[0, 0], expected)


@pytest.mark.parametrize("kind", KINDS)
def test_max_pool_constant_map_has_one_winner_per_window(kind):
    """After ReLU whole windows are 0: torch's winner, the first, in every window."""
    _, grad_x = forward_backward(
        MaxPool2d(2),
        make(kind, np.zeros((1, 1, 4, 4))),
        make(kind, np.ones((1, 1, 2, 2))),
    )
    expected = np.zeros((4, 4))
    expected[::2, ::2] = 1
    assert_close(grad_x[0, 0], expected, 0)


def test_max_pool_border_never_wins():
    """All entries negative: a border of zeros would win, −∞ does not."""
    x = -1 - RNG(0).random((1, 1, 4, 4))
    y, _ = MaxPool2d(3, stride=2, padding=1).forward({}, x)
    assert y.max() < -1 and np.isfinite(y).all()


def test_max_pool_keeps_nan():
    """A NaN in the window is the maximum, as in torch: errors do not hide."""
    x = np.array([[[[np.nan, 1.0], [2.0, 3.0]]]])
    assert np.isnan(MaxPool2d(2).forward({}, x)[0]).all()


def test_max_pool_overlap_adds():
    """The only peak of 3 × 3 windows at stride 1 wins nine times and gets the sum."""
    x = np.zeros((1, 1, 5, 5))
    x[0, 0, 2, 2] = 1
    g = np.arange(9.0).reshape(1, 1, 3, 3)
    _, grad_x = forward_backward(MaxPool2d(3, stride=1), x, g)
    assert grad_x[0, 0, 2, 2] == 36 and grad_x.sum() == 36


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["first", "split", "mean"]),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 4),
    st.integers(0, 4),
)
def test_pooling_conserves_the_gradient(rule, m, t, extra1, extra2):
    """Ties or not, overlap or not: the gradient's sum comes through unchanged."""
    pool = AvgPool2d(m, t) if rule == "mean" else MaxPool2d(m, t, ties=rule)
    rng = RNG(m + 5 * extra1)
    x = rng.integers(0, 3, (2, 2, m + extra1, m + extra2)).astype(float)  # many ties
    before = x.copy()
    g = rng.normal(size=(2, *pool.output_shape(x.shape[1:])))
    _, grad_x = forward_backward(pool, x, g)
    assert grad_x.shape == x.shape
    assert abs(grad_x.sum() - g.sum()) < 1e-12 * np.abs(g).sum()
    np.testing.assert_array_equal(x, before)


def test_tie_rules_lie_between_the_one_sided_slopes():
    """At a tie the one-sided derivatives are 0 and 1; both rules stay between."""
    x = np.array([[[[1.0, 1], [0, 1]]]])
    for ties in ("first", "split"):
        pool = MaxPool2d(2, ties=ties)
        _, grad = forward_backward(pool, x, np.ones((1, 1, 1, 1)))
        for index in np.ndindex(2, 2):
            bump = np.zeros_like(x)
            bump[0, 0][index] = 1e-6
            up = pool.forward({}, x + bump)[0].item() - 1
            down = 1 - pool.forward({}, x - bump)[0].item()
            assert down - 1e-12 <= grad[0, 0][index] * 1e-6 <= up + 1e-12


def test_delta_before_pooling_in_both_cases():
    """conv–tanh–pool–(dense or conv): the article's deltas against differences."""
    rng = RNG(0)
    conv, pool = Conv2d(2, 3, 3, padding=1), MaxPool2d(3, stride=2)
    after = Conv2d(3, 2, 2)
    params, later = conv.init(rng), after.init(rng)
    x, W = rng.normal(size=(2, 2, 7, 7)), rng.normal(size=(4, 27))

    def error(params, case):
        y, _ = pool.forward({}, np.tanh(conv.forward(params, x)[0]))
        if case == "dense":
            return np.sin(y.reshape(2, -1) @ W.T).sum()
        return np.sin(after.forward(later, y)[0]).sum()

    s, conv_cache = conv.forward(params, x)
    y, pool_cache = pool.forward({}, np.tanh(s))
    for case in ("dense", "conv"):
        if case == "dense":
            delta_next = np.cos(y.reshape(2, -1) @ W.T)
            g = grad_from_dense(W, delta_next, (3, 3, 3))
        else:
            z, cache = after.forward(later, y)
            g = grad_from_conv(after, later, cache, np.cos(z))
        delta = conv_delta_from_pool(pool, pool_cache, g, 1 - np.tanh(s) ** 2)
        grads = conv.backward(params, conv_cache, delta)[1]
        d = {k: rng.normal(size=v.shape) for k, v in params.items()}
        h = 6e-6
        plus = error({k: params[k] + h * d[k] for k in d}, case)
        minus = error({k: params[k] - h * d[k] for k in d}, case)
        slope = sum(np.sum(grads[k] * d[k]) for k in d)
        assert abs((plus - minus) / (2 * h) - slope) < 1e-6 * abs(slope)


def test_conv_delta_from_pool_with_relu_drops_inactive_maxima():
    """All pre-activations negative: copying would send a delta, σ′ = 0 stops it."""
    pool, s = MaxPool2d(2), -np.ones((1, 1, 4, 4))
    _, cache = pool.forward({}, np.maximum(s, 0))
    g = np.ones((1, 1, 2, 2))
    assert pool.backward({}, cache, g)[0].sum() == 4
    assert not conv_delta_from_pool(pool, cache, g, (s > 0) * 1.0).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: MaxPool2d(2, padding=2), "padding: expected less than the window"),
        (lambda: MaxPool2d(2, ties="last"), 'ties: expected "first" or "split"'),
        (lambda: AvgPool2d(0), "window: expected one int or two, >= 1; got 0"),
        (lambda: AvgPool2d(3).forward({}, np.ones((1, 1, 2, 2))), "does not fit"),
        (lambda: MaxPool2d(1).forward({}, np.ones((2, 2))), "x: expected shape"),
    ],
)
def test_pooling_refuses(call, message):
    """Bad input is named: what was expected, what came."""
    with pytest.raises(ValueError, match=message):
        call()
