"""Backpropagation: the chapter's numbers, the sources' slips, and what they do."""

import math
from itertools import pairwise

import numpy as np
import pytest

from course_lib.activations import Logistic, gelu, identity, logistic, relu, tanh
from course_lib.autograd import Value
from course_lib.datasets import digits, plane_problem, plane_start, spirals
from course_lib.differentiation import check_gradient, numerical_gradient
from course_lib.layers import Activation, Dense, glorot_normal, lecun_normal
from course_lib.losses import BinaryCrossEntropy, CrossEntropy, SquaredError
from course_lib.networks.sequential import Sequential, linear_probe
from course_lib.optim import GradientDescent
from course_lib.optim.adam import Adam

HAND = Sequential([Dense(2, 2), Activation(tanh), Dense(2, 1), Activation(tanh)])
THETA = np.array([0.4, 0.2, -0.5, 0.4, 0.0, -0.1, 1.3, -0.6, 0.1])
FACE, ONE = np.array([[1.0, 0.5]]), np.ones((1, 1))


def chain(widths, phi, rule=glorot_normal):
    """Dense layers of the given widths with φ between them, none after the last."""
    layers = []
    for n, m in pairwise(widths):
        layers += [Dense(n, m, rule), Activation(phi)]
    return Sequential(layers[:-1])


LOGITS = chain((2, 12, 8, 1), tanh)
PLANE = Sequential([*LOGITS.layers, Activation(logistic)])
SQUARED = SquaredError()


def test_example_by_hand():
    """2-2-1 tanh: E = 0.03645, three deltas and nine slopes to four digits."""
    E, g = HAND.value_and_gradient(THETA, FACE, ONE, SQUARED)
    assert HAND.predict(THETA, FACE)[0, 0] == pytest.approx(0.73, abs=1e-5)
    assert E == pytest.approx(0.03645, abs=1e-6)
    deltas = [-0.1289, 0.0647, -0.1261]  # the slopes of the three biases
    np.testing.assert_allclose(g[[4, 5, 8]], deltas, atol=5e-5)
    hidden, output = [-0.1289, -0.0645, 0.0647, 0.0324], [-0.0583, 0.0479]
    np.testing.assert_allclose(g[[0, 1, 2, 3, 6, 7]], hidden + output, atol=5e-5)


def test_weight_slope_is_delta_times_input():
    """(2.12): ∂E/∂W_ji = δ_j y_i, ∂E/∂b_j = δ_j, summed over a batch; a step: −η g."""
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(7, 2)), rng.normal(size=(7, 1))
    y, cache = HAND.forward(THETA, x)
    _, g = HAND.backward(THETA, cache, y - t)
    out = (y - t) * (1 - y**2)
    hidden = np.tanh(cache[1])
    np.testing.assert_allclose(g[6:8], (out.T @ hidden)[0], rtol=1e-12)
    inner = (out @ THETA[None, 6:8]) * (1 - hidden**2)  # (2.13)
    np.testing.assert_allclose(g[:4].reshape(2, 2), inner.T @ x, rtol=1e-12)
    biases = [*inner.sum(axis=0), out.sum()]
    np.testing.assert_allclose(g[[4, 5, 8]], biases, rtol=1e-12)
    rule = GradientDescent(0.3)
    new, _ = rule.update(THETA, g, rule.init(THETA))
    np.testing.assert_allclose(new, THETA - 0.3 * g, rtol=1e-15)


def test_error_is_half_a_sum():
    """(2.8): ½ Σ (t − y)², slope y − t; a mean is that over N, with the same path."""
    rng = np.random.default_rng(0)
    y, t = rng.normal(size=(2, 7, 3))
    half, mean = SquaredError("sum"), SquaredError("mean")
    assert half.value(y, t) == pytest.approx(((t - y) ** 2).sum() / 2)
    slope = numerical_gradient(lambda y: half.value(y.reshape(7, 3), t), y.ravel())
    np.testing.assert_allclose(slope.reshape(7, 3), y - t, rtol=1e-7)
    np.testing.assert_allclose(7 * mean.gradient(y, t), half.gradient(y, t))


def test_hidden_delta_is_a_weighted_sum():
    """(2.13): δ_i = φ′(s_i) Σ_j W_ji δ_j, by central differences in s_i; not Σ δ_j."""
    rng = np.random.default_rng(1)
    W, s, t = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=3)

    def error(s):
        return 0.5 * np.sum((np.tanh(W @ np.tanh(s)) - t) ** 2)

    y = np.tanh(W @ np.tanh(s))
    after = (y - t) * (1 - y**2)
    slope = 1 - np.tanh(s) ** 2
    true = numerical_gradient(error, s)
    np.testing.assert_allclose(slope * (W.T @ after), true, rtol=1e-7)
    assert not np.allclose(slope * after.sum(), true, rtol=0.1)


@pytest.mark.parametrize(
    "phi, delta", [(identity, -0.27), (tanh, -0.1261), (logistic, -0.0532)]
)
def test_output_delta_depends_on_the_activation(phi, delta):
    """Answer 0.73, target 1, half the squared error: y − t is right for linear only."""
    s = {identity: 0.73, tanh: math.atanh(0.73), logistic: math.log(0.73 / 0.27)}[phi]
    found = numerical_gradient(lambda s: 0.5 * (phi(s) - 1) ** 2, np.array(s))
    assert found == pytest.approx((0.73 - 1) * phi.derivative(np.array(s)), rel=1e-8)
    assert found == pytest.approx(delta, abs=5e-5)


def test_sigmoid_of_slope_2a_makes_the_papers_deltas_right():
    """(19) and (21) carry a factor 2a: right for 1/(1 + e^(−2as)), here a = 0.8."""
    a, rng = 0.8, np.random.default_rng(3)
    W, s, d = rng.normal(size=(2, 3)), rng.normal(size=3), np.array([0.1, 0.7])

    def f(s):
        return 1 / (1 + np.exp(-2 * a * s))

    after = W @ f(s)
    r = f(after)
    output = -2 * a * r * (1 - r) * (d - r)  # (19)
    hidden = 2 * a * f(s) * (1 - f(s)) * (W.T @ output)  # (20), (21)
    for delta, error, at in (
        (output, lambda s: 0.5 * np.sum((f(s) - d) ** 2), after),
        (hidden, lambda s: 0.5 * np.sum((f(W @ f(s)) - d) ** 2), s),
    ):
        np.testing.assert_allclose(delta, numerical_gradient(error, at), rtol=1e-7)
    np.testing.assert_allclose(Logistic(2 * a)(s), f(s), rtol=1e-15)


def test_matched_losses_have_delta_y_minus_t():
    """Logistic, softmax and tanh with their cross-entropies: ∂E/∂s = y − t exactly."""
    s, rng = np.array([[0.3, -1.2, 0.8]]), np.random.default_rng(2)
    t = rng.random((1, 3))
    binary = BinaryCrossEntropy(reduction="sum")
    np.testing.assert_allclose(binary.gradient(s, t), logistic(s) - t, rtol=1e-12)
    t = t / t.sum()
    y = np.exp(s) / np.exp(s).sum()
    np.testing.assert_allclose(CrossEntropy().gradient(s, t), y - t, rtol=1e-12)

    def matched(s):
        y = np.tanh(s)
        return -np.sum(
            (1 + t) / 2 * np.log((1 + y) / 2) + (1 - t) / 2 * np.log((1 - y) / 2)
        )

    np.testing.assert_allclose(numerical_gradient(matched, s), tanh(s) - t, rtol=1e-7)


def printed(theta, x, t):
    """The gradient with δ = y − t at a logistic output, as both sources print it."""
    s, cache = LOGITS.forward(theta, x)
    return LOGITS.backward(theta, cache, (logistic(s) - t) / len(x))[1]


def test_printed_delta_is_another_losss_gradient():
    """Ten starts: off by 3 to 7 in relative norm, cosine over 0.96, = cross-entropy."""
    x, t, _, _ = plane_problem()
    for seed in range(10):
        theta = plane_start(seed)
        wrong = printed(theta, x, t)
        right = PLANE.value_and_gradient(theta, x, t, SQUARED)[1]
        for part in (slice(36), slice(140, 149)):
            off = np.linalg.norm((wrong - right)[part]) / np.linalg.norm(right[part])
            assert 3 < off < 7
        assert wrong @ right > 0.96 * np.linalg.norm(wrong) * np.linalg.norm(right)
        other = LOGITS.value_and_gradient(theta, x, t, BinaryCrossEntropy())[1]
        np.testing.assert_allclose(wrong, other, rtol=1e-9, atol=1e-15)


def test_network_without_the_output_slope_still_learns():
    """400 steps of the printed delta bring the squared error below a third."""
    x, t, _, _ = plane_problem()
    theta = plane_start(0)
    before = SQUARED.value(PLANE.predict(theta, x), t)
    for _ in range(400):
        theta = theta - 0.5 * printed(theta, x, t)
    assert SQUARED.value(PLANE.predict(theta, x), t) < before / 3


def test_gradient_check_finds_the_planted_mistakes():
    """Right passes; sign, missing slope, one per cent in one weight do not."""
    x, t, _, _ = plane_problem()
    x, t, theta = x[:40], t[:40], plane_start(0)
    right = PLANE.value_and_gradient(theta, x, t, SQUARED)[1]
    one = right.copy()
    one[100] *= 1.01

    def error(theta):
        return SQUARED.value(PLANE.predict(theta, x), t)

    for gradient, ok in (
        (right, True),
        (-right, False),
        (printed(theta, x, t), False),
        (one, False),
    ):
        assert check_gradient(error, gradient, theta).ok == ok


def test_updating_before_propagating_errs_with_the_rate():
    """Deltas through already updated weights are wrong in proportion to the rate."""
    x, t, _, _ = plane_problem()
    theta = plane_start(0)
    y, cache = PLANE.forward(theta, x)
    right = PLANE.backward(theta, cache, (y - t) / len(x))[1]
    wrong = []
    for rate in (0.1, 0.01):
        late = theta.copy()
        late[140:] -= rate * right[140:]  # the output layer moves first
        g = PLANE.backward(late, cache, (y - t) / len(x))[1]
        np.testing.assert_array_equal(g[140:], right[140:])
        wrong.append(np.linalg.norm(g - right))
    assert wrong[0] / wrong[1] == pytest.approx(10, rel=1e-6)


def test_zero_gradient_need_not_be_a_minimum():
    """All weights 0, balanced targets: every slope is 0, and E is not least."""
    x, t = np.array([[1.0, 0.5], [-1.0, 2.0]]), np.array([[1.0], [-1.0]])
    still = np.zeros(9)
    E, g = HAND.value_and_gradient(still, x, t, SQUARED)
    assert (g == 0).all() and E == 0.5
    nearby = still + 0.1 * np.array([1, 0, 0, 0, 0, 0, 1, 0, 0])
    assert SQUARED.value(HAND.predict(nearby, x), t) < E


def test_error_falls_for_small_rates_only():
    """One step on the plane problem: down at rate 1, up at rate 100."""
    x, t, _, _ = plane_problem()
    theta = plane_start(0)
    E, g = PLANE.value_and_gradient(theta, x, t, SQUARED)
    after = [
        SQUARED.value(PLANE.predict(theta - rate * g, x), t) for rate in (1.0, 100.0)
    ]
    assert after[0] < E < after[1]


@pytest.mark.parametrize("phi", [relu, gelu])
def test_kinked_and_non_monotonic_activations_learn(phi):
    """ReLU is not differentiable at 0, GELU not monotonic: both solve the plane."""
    x, t, _, _ = plane_problem()
    net = Sequential([*chain((2, 12, 8, 1), phi).layers, Activation(logistic)])
    theta, method = plane_start(0), Adam(0.03)
    state = method.init(theta)
    for _ in range(300):
        g = net.value_and_gradient(theta, x, t, SQUARED)[1]
        theta, state = method.update(theta, g, state)
    assert SQUARED.value(net.predict(theta, x), t) < 0.02


def test_logistic_layers_shrink_the_gradient_within_the_bound():
    """‖Δ_l‖ ≤ ¼ ‖W_{l+1}‖ ‖Δ_{l+1}‖ in every layer; 20 layers lose over 10¹⁰."""
    rng, n, delta = np.random.default_rng(0), 32, None
    W = [lecun_normal(rng, (n, n), n, n) for _ in range(20)]
    y, slopes = rng.standard_normal((64, n)), []
    for each in W:
        s = y @ each.T
        y = logistic(s)
        slopes.append(logistic.derivative(s))
    delta = rng.standard_normal((64, n)) * slopes[-1]
    first = np.linalg.norm(delta)
    for each, slope in zip(W[:0:-1], slopes[-2::-1], strict=True):
        before, delta = np.linalg.norm(delta), delta @ each * slope
        assert np.linalg.norm(delta) <= np.linalg.norm(each, 2) * before / 4
    assert np.linalg.norm(delta) < 1e-10 * first


def test_gradient_costs_less_than_three_forward_passes():
    """Counted by the engine: at most two remembered slopes for each operation."""
    values = [Value(0.3), Value(-0.2)]
    for _ in range(3):
        total = [sum((v * 0.7 for v in values), Value(0.1)) for _ in range(6)]
        values = [v.tanh() for v in total]
    graph = values[0].order()
    operations = sum(bool(v.sources) for v in graph)
    slopes = sum(len(v.sources) for v in graph)
    assert operations + slopes < 3 * operations


def test_engine_and_layers_agree():
    """The 2-2-1 example written with `Value`: the nine slopes of `Sequential`."""
    w = [Value(v) for v in THETA]
    h = [(w[2 * j] * 1.0 + w[2 * j + 1] * 0.5 + w[4 + j]).tanh() for j in range(2)]
    y = (w[6] * h[0] + w[7] * h[1] + w[8]).tanh()
    ((y - 1) ** 2 / 2).backward()
    g = HAND.value_and_gradient(THETA, FACE, ONE, SQUARED)[1]
    np.testing.assert_allclose([v.grad for v in w], g, rtol=1e-13)


# Representation and transfer ---------------------------------------------------------


def train(net, theta, x, t, loss, steps, rng, mask=1.0):
    method = Adam(0.01)
    state = method.init(theta)
    for _ in range(steps):
        part = rng.choice(len(x), min(len(x), 100), replace=False)
        g = net.value_and_gradient(theta, x[part], t[part], loss)[1]
        theta, state = method.update(theta, g * mask, state)
    return theta


def test_training_makes_spirals_linearly_separable():
    """A probe on the two-unit layer: under 0.8 before training, over 0.97 after."""
    x, labels = spirals(np.random.default_rng(0), 400, turns=1.0)
    new, new_labels = spirals(np.random.default_rng(1), 400, turns=1.0)
    net = Sequential([*chain((2, 24, 24, 2), tanh).layers, Dense(2, 1, glorot_normal)])
    rng = np.random.default_rng(0)
    start = net.init(rng)
    t = labels[:, None].astype(float)
    end = train(net, start, x, t, BinaryCrossEntropy(), 1500, rng)
    before, after = (
        linear_probe(
            net.activations(theta, x)[4],
            labels,
            net.activations(theta, new)[4],
            new_labels,
        )
        for theta in (start, end)
    )
    assert before < 0.8 and after > 0.97


def test_trunk_for_five_digits_is_worse_for_the_others():
    """Frozen trunk of 0-4, centred images: 5-9 are harder to read than from pixels."""
    images, digit = digits()
    x, rng = images.reshape(len(images), 64), np.random.default_rng(0)
    net = Sequential([Dense(64, 32), Activation(relu), Dense(32, 16), Activation(relu)])
    whole = Sequential([*net.layers, Dense(16, 5)])
    old, new = digit < 5, rng.permutation(np.flatnonzero(digit >= 5))
    theta = train(whole, whole.init(rng), x[old], digit[old], CrossEntropy(), 300, rng)
    learn, rest = new[:200], new[200:]
    z = net.predict(theta[: net.size], x)
    pixels, trunk = (
        linear_probe(a[learn], digit[learn], a[rest], digit[rest]) for a in (x, z)
    )
    assert pixels > 0.93 and trunk < pixels - 0.05


def test_frozen_trunk_does_not_move():
    """With `trainable` as mask the trunk stays the same bit by bit, the head moves."""
    net, rng = LOGITS, np.random.default_rng(0)
    x, t, _, _ = plane_problem()
    theta = plane_start(0)
    moved = train(
        net, theta, x, t, BinaryCrossEntropy(), 20, rng, net.trainable(theta, range(4))
    )
    trunk = net.split(4)[0].size
    assert (moved[:trunk] == theta[:trunk]).all() and trunk == 140
    assert (moved[trunk:] != theta[trunk:]).all()
