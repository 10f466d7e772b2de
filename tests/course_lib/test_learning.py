"""What the chapter on learning as optimization says of batches and of weight decay."""

import numpy as np
import pytest

from course_lib.activations import logistic, tanh
from course_lib.datasets import plane_problem, plane_start
from course_lib.layers import Activation, Dense
from course_lib.losses import BinaryCrossEntropy, SquaredError
from course_lib.networks.sequential import Sequential
from course_lib.objectives import NetworkObjective
from course_lib.optim import Adam, GradientDescent
from course_lib.training import batches, fit, minimize

DATA = plane_problem()
TAIL = Sequential(
    [Dense(2, 12), Activation(tanh), Dense(12, 8), Activation(tanh), Dense(8, 1)]
)
NET = Sequential([*TAIL.layers, Activation(logistic)])


def gradient(theta, part):
    x, t = DATA.x_train[part], DATA.t_train[part]
    return NET.value_and_gradient(theta, x, t, SquaredError())[1]


def test_objective_is_the_loss_of_the_prediction():
    """E(h(X, θ), T), and with decay ½ ρ ‖θ‖² more; the gradient gets ρ θ."""
    theta = plane_start(0)
    plain = NetworkObjective(NET, DATA.x_train, DATA.t_train)
    y = NET.predict(theta, DATA.x_train)
    value = ((y - DATA.t_train) ** 2).sum() / 1200
    assert plain.value(theta) == pytest.approx(value, rel=1e-14)
    decayed = NetworkObjective(NET, DATA.x_train, DATA.t_train, weight_decay=0.3)
    assert decayed.value(theta) == pytest.approx(value + 0.15 * theta @ theta)
    (_, g), (_, more) = (o.value_and_gradient(theta) for o in (plain, decayed))
    np.testing.assert_allclose(more, g + 0.3 * theta, rtol=1e-12)


@pytest.mark.parametrize(
    "rate, steps", [(1.0, (719, 715, 699)), (4.0, (183, 225, 207))]
)
def test_gradient_descent_takes_the_specified_steps(rate, steps):
    """Steps to a mean squared error of 0.05 from starts 0, 1, 2 (our rate: twice)."""
    objective = NetworkObjective(NET, DATA.x_train, DATA.t_train)
    for seed, expected in enumerate(steps):
        rule, start = GradientDescent(rate), plane_start(seed)
        run = minimize(objective, start, rule, target=0.025)
        assert abs(run.iterations - expected) <= 1  # rounding may cost a step


@pytest.mark.parametrize("size, lengths", [(None, [10]), (4, [4, 4, 2]), (1, [1] * 10)])
def test_batches_are_a_partition(size, lengths):
    """Every sample once per epoch, whatever the size; the same for the same seed."""
    parts = list(batches(10, size, np.random.default_rng(3)))
    assert [len(part) for part in parts] == lengths
    assert sorted(np.concatenate(parts)) == list(range(10))
    again = batches(10, size, np.random.default_rng(3))
    assert all((a == b).all() for a, b in zip(parts, again, strict=True))


def test_one_full_batch_is_one_step_of_gradient_descent():
    """An epoch of `fit` without a batch size moves as the whole gradient says."""
    theta = plane_start(0)
    rest = (SquaredError(), GradientDescent(2.0))
    end = fit(
        *(NET, theta, DATA.x_train, DATA.t_train, *rest),
        epochs=1,
        rng=np.random.default_rng(0),
    ).theta
    expected = theta - 2.0 * gradient(theta, np.arange(600))
    np.testing.assert_allclose(end, expected, atol=1e-14)


def test_variance_of_a_batch_drawn_without_replacement():
    """σ²/B · (N − B)/(N − 1), exactly: all 10 · 9 · 8 / 6 batches of 3 out of 10."""
    from itertools import combinations

    theta, N, B = plane_start(1), 10, 3
    rows = np.array([gradient(theta, [n]) for n in range(N)])
    means = np.array([gradient(theta, list(c)) for c in combinations(range(N), B)])
    np.testing.assert_allclose(means.mean(0), rows.mean(0), atol=1e-14)  # unbiased
    predicted = rows.var(axis=0) / B * (N - B) / (N - 1)
    np.testing.assert_allclose(means.var(axis=0), predicted, rtol=1e-9, atol=1e-20)


def test_weight_decay_helps_at_the_right_strength_only():
    """Wrong labels, 200 samples: 0.001 lowers the test error in every draw, 0.01 not.

    0.001 is what the page chooses most often, on samples neither trained nor tested on.
    """
    x, loss = DATA.x_train[:200], BinaryCrossEntropy()
    errors = np.zeros((3, 3))
    for draw in range(3):
        t = DATA.t_train[:200].copy()
        wrong = np.random.default_rng(draw + 1).random(600)[:200] < 0.15
        t[wrong] = 1 - t[wrong]
        for j, rho in enumerate((0.0, 0.001, 0.01)):
            objective = NetworkObjective(TAIL, x, t, loss, rho)
            for seed in range(2):
                run = minimize(objective, plane_start(seed), Adam(0.03), iterations=700)
                above = TAIL.predict(run.theta, DATA.x_test) > 0
                errors[draw, j] += (above != DATA.t_test).mean() / 2
    none, right, much = errors.T
    assert (right < none).all() and right.mean() < 0.75 * none.mean()
    assert much.mean() > none.mean()
