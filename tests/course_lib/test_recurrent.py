"""Elman, LSTM, GRU: torch as oracle, truncation, the carousel, vanishing gradients."""

import numpy as np
import pytest

from course_lib.layers.recurrent import GRU, LSTM, Elman
from tests.course_lib.array_kinds import KINDS, assert_close, make, rtol

RNG = np.random.default_rng
LAYERS = [
    Elman(2, 3),
    Elman(2, 3, truncation=1),
    Elman(2, 3, truncation=2),
    LSTM(2, 3),
    GRU(2, 3),
    GRU(2, 3, reset_after=False),
]


def case(layer, N=4, T=5):
    rng = RNG(0)
    params = {k: rng.normal(0, 0.7, s) for k, s in layer.shapes().items()}
    x, g = rng.normal(size=(N, T, layer.inputs)), rng.normal(size=(N, T, layer.units))
    return params, x, g


def run(layer, params, x, g):
    y, cache = layer.forward(params, x)
    return y, *layer.backward(params, cache, g)


@pytest.mark.parametrize(
    ("layer", "name"), [(Elman(2, 3), "RNN"), (LSTM(2, 3), "LSTM"), (GRU(2, 3), "GRU")]
)
def test_recurrent_equals_torch(layer, name):
    """torch.nn's states and gradients to 1e-12, parameters in torch's order."""
    torch = pytest.importorskip("torch")
    module = getattr(torch.nn, name)(2, 3, batch_first=True).double()
    params, x, g = case(layer)
    known = [k.removesuffix("_l0") for k, _ in module.named_parameters()]
    assert known == list(params)
    for parameter, value in zip(module.parameters(), params.values(), strict=True):
        parameter.data[...] = torch.tensor(value)
    X = torch.tensor(x, requires_grad=True)
    expected, _ = module(X)
    expected.backward(torch.tensor(g))
    y, grad_x, grads = run(layer, params, x, g)
    assert_close(y, expected, 1e-12)
    assert_close(grad_x, X.grad, 1e-12)
    for parameter, grad in zip(module.parameters(), grads.values(), strict=True):
        assert_close(grad, parameter.grad, 1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_recurrent_is_one_source_for_all_arrays(layer, kind):
    """Every kind of array gives NumPy's numbers, and arguments stay as they were."""
    params, x, g = case(layer)
    expected = run(layer, params, x, g)
    moved = make(kind, params), make(kind, x), make(kind, g)
    y, grad_x, grads = run(layer, *moved)
    assert_close(moved[1], make(kind, x), 0)
    assert y.dtype == grad_x.dtype == moved[1].dtype
    assert_close(y, expected[0], rtol(kind))
    assert_close(grad_x, expected[1], rtol(kind))
    for name in params:
        assert_close(grads[name], expected[2][name], rtol(kind))


@pytest.mark.parametrize("layer", [*LAYERS[:1], *LAYERS[3:]], ids=repr)
def test_recurrent_gradient_equals_central_differences(layer):
    """A curved error of all outputs: gradients to 1e-6 of central differences."""
    params, x, _ = case(layer)
    y, cache = layer.forward(params, x)
    grad_x, grads = layer.backward(params, cache, np.cos(y))
    rng, h = RNG(1), 6e-6
    for _ in range(3):
        d = {k: rng.normal(size=v.shape) for k, v in params.items()}
        e = rng.normal(size=x.shape)

        def error(step, d=d, e=e):
            moved = {k: params[k] + step * d[k] for k in d}
            return np.sum(np.sin(layer.forward(moved, x + step * e)[0]))

        slope = np.sum(grad_x * e) + sum(np.sum(grads[k] * d[k]) for k in d)
        assert abs((error(h) - error(-h)) / (2 * h) - slope) < 1e-6 * abs(slope)


def test_elman_one_step_truncation_treats_the_copy_as_an_input():
    """Truncation 1 is the gradient of a feed-forward net fed with (x, copy of h₋)."""
    layer = Elman(2, 3, truncation=1)
    params, x, g = case(layer)
    y, grad_x, grads = run(layer, params, x, g)
    past = np.concatenate([np.zeros((4, 1, 3)), y[:, :-1]], axis=1)
    delta = g * (1 - y * y)
    assert_close(grads["weight_hh"], np.einsum("nth,ntk->hk", delta, past), 1e-13)
    assert_close(grads["weight_ih"], np.einsum("nth,ntk->hk", delta, x), 1e-13)
    assert_close(grad_x, delta @ params["weight_ih"], 1e-13)


def test_elman_truncation_at_full_length_is_bptt():
    """k = T is all of the sequence; k = T − 1 is not, and k = 1 differs most."""
    params, x, g = case(Elman(2, 3))
    full = run(Elman(2, 3), params, x, g)[2]["weight_hh"]
    gap = {
        k: np.abs(run(Elman(2, 3, k), params, x, g)[2]["weight_hh"] - full).max()
        for k in (1, 4, 5, 9)
    }
    assert gap[5] == gap[9] == 0 < gap[4] < gap[1]


def test_elman_truncation_sums_over_the_lags():
    """Truncation by hand: the error of one time alone reaches k times back."""
    layer = Elman(1, 2, truncation=2)
    params, x, _ = case(layer, N=1, T=5)
    g = np.zeros((1, 5, 2))
    g[0, 3] = 1.0
    grad_x = run(layer, params, x, g)[1][0, :, 0]
    full = run(Elman(1, 2), params, x, g)[1][0, :, 0]
    assert (grad_x[[0, 1, 4]] == 0).all() and (full[:4] != 0).all()
    np.testing.assert_allclose(grad_x[2:4], full[2:4], rtol=1e-13)


def test_elman_gradient_vanishes_with_the_spectral_radius():
    """At tanh′ = 1, k steps back the gradient has shrunk by exactly radius^k."""
    layer, T, radius = Elman(2, 2), 30, 0.8
    params = {k: np.zeros(s) for k, s in layer.shapes().items()}
    params["weight_ih"] = np.eye(2)  # ∂E/∂x is ∂E/∂s
    params["weight_hh"] = radius * np.array([[0.6, -0.8], [0.8, 0.6]])  # a turn
    g = np.zeros((1, T, 2))
    g[0, -1, 0] = 1.0
    grad_x = run(layer, params, np.zeros((1, T, 2)), g)[1]  # h = 0
    norms = np.linalg.norm(grad_x[0], axis=1)
    np.testing.assert_allclose(norms, radius ** np.arange(T)[::-1], rtol=1e-12)


def test_lstm_constant_error_carousel():
    """f = 1, i = 0: the cell is kept exactly, and so is its gradient."""
    layer, T = LSTM(1, 1), 50
    params = {k: np.zeros(s) for k, s in layer.shapes().items()}
    # Gates i f g o: shut, open and 0.5; only the first input opens i.
    params["bias_ih"][:] = [-1000.0, 1000.0, 0.0, 0.0]
    params["weight_ih"][:, 0] = [2000.0, 0.0, 0.5, 0.0]
    x = np.zeros((1, T, 1))
    x[0, 0, 0] = 1
    y, cache = layer.forward(params, x)
    cells = np.array([c.item() for c in cache[2][1:]])
    assert (cells == np.tanh(0.5)).all()
    g = np.zeros_like(y)
    g[0, -1] = 1
    grad_x, _ = layer.backward(params, cache, g)
    c = np.tanh(0.5)
    direct = 0.5 * (1 - np.tanh(c) ** 2) * (1 - c * c) * 0.5  # one step, no decay
    assert grad_x[0, 0, 0] == pytest.approx(direct, rel=1e-14)


def test_gru_reset_before_or_after():
    """Both readings agree where r = 1 or U_n b_n = 0 make them, else they differ."""
    params, x, g = case(GRU(2, 3))
    after = run(GRU(2, 3), params, x, g)[0]
    before = run(GRU(2, 3, reset_after=False), params, x, g)[0]
    assert np.abs(after - before).max() > 0.01
    params["bias_ih"][:3] = 1000  # r = 1
    after = run(GRU(2, 3), params, x, g)[0]
    before = run(GRU(2, 3, reset_after=False), params, x, g)[0]
    assert_close(before, after, 1e-14)


@pytest.mark.parametrize(
    ("layer", "count"), [(Elman(2, 3), 21), (GRU(2, 3), 63), (LSTM(2, 3), 84)]
)
def test_recurrent_parameter_counts(layer, count):
    """d = 2, h = 3: gates · h (d + h + 2) parameters."""
    assert sum(v.size for v in layer.init(RNG(0)).values()) == count
    assert layer.output_shape((7, 2)) == (7, 3)


def test_lstm_forget_bias_starts_open():
    """The forget gate, second of four, gets the bias and nothing else does."""
    plain, biased = LSTM(2, 3).init(RNG(0)), LSTM(2, 3, forget_bias=1.0).init(RNG(0))
    gap = biased["bias_ih"] - plain["bias_ih"]
    np.testing.assert_allclose(gap, [0] * 3 + [1] * 3 + [0] * 6, atol=1e-15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Elman(0, 3), "inputs: expected a whole number >= 1; got 0"),
        (lambda: Elman(2, 3, truncation=0), "truncation: expected a whole number >= 1"),
        (lambda: LSTM(2, -1), "units: expected a whole number >= 1; got -1"),
        (lambda: forward(GRU(2, 3), (4, 5, 3)), "x: expected shape \\(N, T, 2\\)"),
        (lambda: forward(GRU(2, 3), (4, 0, 2)), "none of them 0"),
        (lambda: forward(LSTM(2, 3), (4, 5, 2), int), "x: expected float32 or float64"),
    ],
)
def test_recurrent_refuses(call, message):
    """Bad input is named: what was expected, what came."""
    with pytest.raises(ValueError, match=message):
        call()


def forward(layer, shape, dtype=float):
    return layer.forward(layer.init(RNG(0)), np.ones(shape, dtype))
