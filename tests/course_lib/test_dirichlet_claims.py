"""Statements of the Dirichlet paper, as printed and put right, each checked once."""

import numpy as np
import pytest

from course_lib import dirichlet
from course_lib.activations import tanh
from course_lib.differentiation import numerical_gradient
from course_lib.dirichlet import trigamma
from course_lib.layers import Activation, Dense, MaxPool2d
from course_lib.losses import SquaredError
from course_lib.networks.sequential import Sequential
from course_lib.optim import NGDM, Adam, Apollo, Momentum

SETTINGS = {  # γ, α, slope; first index with α <= 0
    "MLP": (0.1, 1.4, 0.005, None),
    "LeNet-5": (0.001, 8.8, -0.005, 1760),
    "CIFAR": (0.004, 7.4, -0.02, 370),
    "sine": (0.007, 4.4, -0.005, 880),
}


def test_step_8_as_printed_is_unstable_at_every_rate():
    """u = u₋ + μ b grows on a quadratic; u = g + μ b is stable up to 1.357."""

    def radius(printed, eta_h, mu=0.9):
        b = np.array([1, mu, 0.0])
        u = np.array([mu, mu**2, 1.0] if printed else [1 + mu, mu**2, 0.0])
        step = np.array([np.array([1, 0, 0]) - eta_h * u, b, u])
        return max(abs(np.linalg.eigvals(step)))

    for rate in (1e-4, 1e-2, 0.5):
        assert radius(True, rate) > 1 > radius(False, rate)
    assert radius(True, 0.01) == pytest.approx(1.072, abs=5e-4)
    assert radius(False, 1.35) < 1 < radius(False, 1.36)


def test_decay_in_the_buffer_only_has_another_fixed_point():
    """On ½(θ − 1)², λ = 0.1: 0.90909 for Algorithm 4, 0.91743 for (2) and (10)."""
    rule, theta = NGDM(0.05, alpha=1.42625512, weight_decay=0.1), np.zeros(1)
    state = rule.init(theta)
    for _ in range(2000):
        theta, state = rule.update(theta, theta - 1, state)
    assert theta[0] == pytest.approx(1 / 1.1, abs=1e-9)
    theta = b = 0.0
    for _ in range(2000):
        g = theta - 1
        b = 0.9 * b + g + 0.1 * theta
        theta -= 0.05 * (g + 0.9 * b)
    assert theta == pytest.approx(0.91743, abs=5e-6)


def test_apollo_counts_from_zero():
    """The first m is g; counted from 1 it would be g / (1 + β) = 0.526 g."""
    g = np.array([0.3, -2.0])
    rule = Apollo(0.1)
    _, state = rule.update(np.zeros(2), g, rule.init(np.zeros(2)))
    np.testing.assert_allclose(state.m, g)
    assert (1 - 0.9) / (1 - 0.9**2) == pytest.approx(1 / 1.9)


def algorithm_5(W, x, t, rate, factors, steps, sign=1.0, mu=0.9):
    """Errors, first gradients, weights; layers of tanh, sums over the samples."""
    V, errors, first = [0 * w for w in W], [], None
    for _ in range(steps):
        y = [x]
        for w in W:
            y.append(np.tanh(w @ y[-1]))
        errors.append(float(np.sum((y[-1] - t) ** 2) / 2))
        delta, G = sign * (y[-1] - t) * (1 - y[-1] ** 2), []
        for w, below in zip(W[::-1], y[-2::-1], strict=True):
            G.insert(0, np.outer(delta, below))
            delta = (w.T @ delta) * (1 - below**2)
        first = first or G
        V = [mu * v + g for v, g in zip(V, G, strict=True)]
        W = [
            w - rate * h * (g + mu * v)
            for w, h, g, v in zip(W, factors, G, V, strict=True)
        ]
    return errors, first, W


def test_algorithm_5_descends_and_its_printed_sign_climbs():
    """Corrected, its gradients are central differences; printed, their negatives."""
    rng = np.random.default_rng(0)
    W = [rng.normal(size=(4, 3)), rng.normal(size=(2, 4))]
    x, t = rng.normal(size=3), np.array([0.3, -0.6])
    errors, first, _ = algorithm_5(W, x, t, 0.02, (1.0, 1.0), 60)

    def error(theta):
        hidden = np.tanh(theta[:12].reshape(4, 3) @ x)
        return float(np.sum((np.tanh(theta[12:].reshape(2, 4) @ hidden) - t) ** 2) / 2)

    theta = np.concatenate([w.ravel() for w in W])
    ours = np.concatenate([g.ravel() for g in first])
    np.testing.assert_allclose(ours, numerical_gradient(error, theta), atol=1e-8)
    climbs, wrong, _ = algorithm_5(W, x, t, 0.02, (1.0, 1.0), 60, sign=-1.0)
    np.testing.assert_allclose(np.concatenate([g.ravel() for g in wrong]), -ours)
    assert errors[-1] < 0.1 * errors[0] and climbs[-1] > climbs[0]


def test_algorithm_5_is_backpropagation_and_ngdm():
    """The library's gradient and rule take its steps, α by array."""
    rng = np.random.default_rng(1)
    net = Sequential([Dense(3, 4), Activation(tanh), Dense(4, 2), Activation(tanh)])
    weights = [s for s in net.segments if s.name == "weight"]
    x, t = rng.normal(size=3), np.array([0.3, -0.6])
    W = [rng.normal(size=s.shape) for s in weights]
    alpha, theta, frozen = np.full(net.size, 5.0), np.zeros(net.size), np.ones(net.size)
    for s, w, a in zip(weights, W, (1.405, 1.41), strict=True):
        theta[s.start : s.stop], alpha[s.start : s.stop] = w.ravel(), a
        frozen[s.start : s.stop] = 0
    rule = NGDM(0.05, alpha)
    state = rule.init(theta)
    for _ in range(5):
        g = net.value_and_gradient(theta, x[None], t[None], SquaredError("sum"))[1]
        theta, state = rule.update(theta, np.where(frozen, 0, g), state)
    factors = 1 / trigamma(np.array([1.405, 1.41]))
    last = algorithm_5(W, x, t, 0.05, factors, 5)[2]
    for s, w in zip(weights, last, strict=True):
        np.testing.assert_allclose(theta[s.start : s.stop], w.ravel(), rtol=1e-11)


@pytest.mark.parametrize(
    "pair, longest",
    [((3.5, 3.9), 48.6), ((6.8, 5.5), 142), ((7.4, 7.6), 211), ((4.4, 5.4), 88.5)],
)
def test_neglected_term_is_half_of_the_kept_ones(pair, longest):
    """ψ′(α + β) is 42 to 53 % of ψ′(α), ψ′(β); the exact block is 13 times longer."""
    share = trigamma(sum(pair)) / trigamma(np.array(pair))
    assert 0.415 < share.min() and share.max() < 0.535
    block = dirichlet.generalized_fisher([pair[0]], [pair[1]])[0]
    exact = 1 / np.linalg.eigvalsh(block).min()
    assert exact == pytest.approx(longest, rel=2e-3)
    assert exact > 13 / trigamma(np.array(pair)).min()


@pytest.mark.parametrize("name", SETTINGS)
def test_printed_settings_as_effective_rates(name):
    """0.0975, 0.0083, 0.0276, 0.0274; by array within 4.5 %; by weight α reaches 0."""
    gamma, a, slope, zero = SETTINGS[name]
    expected = {"MLP": 0.0975, "LeNet-5": 0.00831, "CIFAR": 0.0276, "sine": 0.0274}
    assert gamma / trigamma(a) == pytest.approx(expected[name], rel=3e-3)
    ten = trigamma(a + slope) / trigamma(a + 10 * slope)
    assert abs(ten - 1) < 0.045
    if zero:
        assert a + slope * zero == pytest.approx(0, abs=1e-12)
    low, high = (1, 4) if name == "MLP" else (4, 8)  # the paper's own intervals
    assert (low <= a <= high) == (name != "LeNet-5")


def test_ngdm_is_blind_to_the_loss():
    """Its step is proportional to the curvature of the loss; a Newton step is not."""
    steps = []
    for h in (0.1, 1.0, 10.0):
        rule = NGDM(0.01, 7.4)
        theta, _ = rule.update(np.ones(2), h * np.ones(2), rule.init(np.ones(2)))
        steps.append(1 - theta[0])
    np.testing.assert_allclose(np.array(steps) / steps[1], [0.1, 1, 10])


def test_ngdm_stays_in_the_same_valley_as_momentum():
    """θ⁴/4 − θ²/2 + θ/5: for α in [4, 8] it ends where the matched momentum does."""

    def settle(rule):
        theta, state = np.array([1.6]), rule.init(np.zeros(1))
        for _ in range(800):
            theta, state = rule.update(theta, theta**3 - theta + 0.2, state)
        return theta[0]

    ends = []
    for alpha in (4.0, 6.0, 8.0):
        for gamma in (0.001, 0.008):
            ends.append(settle(NGDM(gamma, alpha)))
            matched = Momentum(gamma / float(trigamma(alpha)), nesterov=True)
            assert ends[-1] == pytest.approx(settle(matched), abs=1e-9)
    assert sum(end > 0.8 for end in ends) >= 3  # the higher of the two minima
    assert settle(Adam(0.005)) > 0.8


class Tally(np.ndarray):
    """Counts the elements that its operations go through."""

    seen = 0

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        Tally.seen += max(np.size(v) for v in inputs)
        plain = [np.asarray(v) if isinstance(v, Tally) else v for v in inputs]
        return np.asarray(getattr(ufunc, method)(*plain, **options)).view(Tally)


def test_passes_over_the_weights():
    """NGDM: one more than momentum; Apollo: less than three times Adam's."""
    P, passes = 10_000, {}
    for name, rule in {
        "momentum": Momentum(0.1, nesterov=True),
        "diagonal": NGDM(0.1, 1.4),
        "exact": NGDM(0.1, 1.4, mode="dir_full"),
        "Adam": Adam(0.1),
        "Apollo": Apollo(0.1),
    }.items():
        theta, g = np.ones(P).view(Tally), np.full(P, 0.1).view(Tally)
        theta, state = rule.update(theta, g, rule.init(theta))
        Tally.seen = 0
        rule.update(theta, g, state)
        passes[name] = Tally.seen / P
    assert passes["diagonal"] == passes["momentum"] + 1
    assert passes["exact"] < passes["momentum"] + 7
    assert passes["Apollo"] < 3 * passes["Adam"]


def test_pooling_has_nothing_to_adjust():
    """No parameters, so nothing for Algorithm 5 to move."""
    assert MaxPool2d(2).shapes() == {}


def test_printed_tables_against_their_own_noise():
    """To Adam about one standard error of one accuracy; Table 2's loss is no mean."""
    for adam, ours in ((98.01, 98.15), (98.99, 99.12), (77.90, 78.49)):
        se = 100 * np.sqrt(ours / 100 * (1 - ours / 100) / 10_000)
        assert 0.9 < (ours - adam) / se < 1.5
    assert 5.3276 * 10_000 / (10_000 * (1 - 0.9912)) > 600  # nats per error
