"""The hybrid method: its limits, its parts, its batches and its decibels."""

import math
from dataclasses import replace

import numpy as np
import pytest

from course_lib.activations import logistic, relu
from course_lib.datasets import iris
from course_lib.differentiation import check_gradient
from course_lib.layers import Activation, Conv2d, Dense, Flatten, MaxPool2d
from course_lib.losses import SquaredError
from course_lib.networks.sequential import Sequential
from course_lib.networks.small_cnns import iris_network, mnist_network
from course_lib.objectives import NetworkObjective, StackedJacobian
from course_lib.optim import Adam, Hybrid, LevenbergMarquardt
from course_lib.optim.hybrid import (
    accumulated_step,
    boundary_by_rule,
    decibels,
    first_dense,
    mean_step,
    on_prior_plateau,
    prior_level,
    stop_level,
    zero_error_level,
)
from course_lib.optim.method import Status
from course_lib.training import minimize

LOSS = SquaredError("sum")


def iris_objective():
    """The paper's network of 55 parameters: four 2 × 2 kernels, then 4 and 3 units."""
    x, labels = iris()
    x = ((x - x.mean(axis=0)) / x.std(axis=0)).reshape(-1, 1, 2, 2)
    t = np.eye(3)[labels]
    return NetworkObjective(iris_network(), x, t, LOSS)


def small():
    rng = np.random.default_rng(0)
    net = Sequential(
        [
            *(Conv2d(1, 2, 2), Activation(relu), MaxPool2d(2), Flatten()),
            *(Dense(8, 3), Activation(logistic), Dense(3, 2), Activation(logistic)),
        ],
        (1, 5, 5),
    )
    x, t = rng.normal(size=(12, 1, 5, 5)), rng.integers(0, 2, (12, 2)).astype(float)
    return NetworkObjective(net, x, t, LOSS), net.init(rng)


def test_network_of_the_paper_has_55_parameters():
    """20 in the trunk, 35 in the head; the cut is at the first dense layer."""
    net = iris_objective().network
    trunk, head = net.split(first_dense(net))
    assert (trunk.size, head.size, net.size) == (20, 35, 55)
    # The paper's own rule says LM alone, for this network and for that of MNIST.
    assert boundary_by_rule(net) == boundary_by_rule(mnist_network()) == 0


def test_iris_network_has_no_convolution_in_it():
    """A 2 × 2 kernel on a 2 × 2 picture is a dense layer, weight for weight."""
    net, objective = iris_network(), iris_objective()
    theta = net.init(np.random.default_rng(0))
    dense = Sequential([Dense(4, 4), *net.layers[1:2], *net.layers[3:]])
    np.testing.assert_allclose(
        dense.predict(theta, objective.x.reshape(150, 4)),
        net.predict(theta, objective.x),
        rtol=1e-12,
    )


def test_learning_all_flowers_says_nothing_of_others():
    """LM on 100 flowers: no error on them, four on the 50 that were kept."""
    objective, rng = iris_objective(), np.random.default_rng(2)
    x, t = objective.x, objective.t
    seen, kept = np.split(rng.permutation(150), [100])
    part = NetworkObjective(iris_network(), x[seen], t[seen], LOSS)
    theta = part.network.init(rng)
    theta = minimize(part, theta, LevenbergMarquardt(), iterations=60).theta
    wrong = part.network.predict(theta, x).argmax(axis=1) != t.argmax(axis=1)
    assert wrong[seen].sum() == 0 < wrong[kept].sum()


def test_rate_zero_leaves_the_trunk_bit_by_bit():
    """Twenty steps with Adam(0): the trunk is identical, the head has learned."""
    objective, theta = small()
    run = minimize(objective, theta, Hybrid(Adam(0.0)), iterations=20)
    trunk, _ = objective.network.split(4)
    assert (run.theta[: trunk.size] == theta[: trunk.size]).all()
    assert run.value < 0.5 * float(objective.value(theta))


def test_boundaries_at_both_ends_are_the_methods_alone():
    """0 is Levenberg-Marquardt, the number of layers Adam, step for step."""
    rng = np.random.default_rng(1)
    net = Sequential([Dense(3, 4), Activation(logistic), Dense(4, 2)])
    x, t = rng.normal(size=(9, 3)), rng.random((9, 2))
    objective, theta = NetworkObjective(net, x, t, LOSS), net.init(rng)
    for boundary, alone in ((0, LevenbergMarquardt()), (3, Adam(0.01))):
        both = minimize(
            objective, theta, Hybrid(Adam(0.01), boundary=boundary), iterations=6
        )
        other = minimize(objective, theta, alone, iterations=6)
        np.testing.assert_allclose(both.theta, other.theta, rtol=1e-9)


@pytest.mark.parametrize("order", ["simultaneous", "sequential"])
def test_trunk_gets_the_gradient_at_the_stated_head(order):
    """The trunk's first Adam step has the sign of −∂E/∂θ_trunk at old or new head."""
    objective, theta = small()
    net = objective.network
    trunk, _ = net.split(4)
    method = Hybrid(Adam(1e-3), order=order)
    new, _, _ = method.step(theta, objective, None)
    at = theta.copy()
    if order == "sequential":
        at[trunk.size :] = new[trunk.size :]
    g = objective.value_and_gradient(at)[1]
    check = check_gradient(objective.value, g, at)
    assert check.ok
    moved = new[: trunk.size] - theta[: trunk.size]
    clear = abs(g[: trunk.size]) > 1e-6
    np.testing.assert_array_equal(
        np.sign(moved[clear]), -np.sign(g[: trunk.size][clear])
    )


def test_boundary_0_is_levenberg_marquardt_on_convolutions():
    """A whole CNN: J v, Jᵀu, J Jᵀ from its blocks are those of the matrix."""
    objective, theta = small()
    J = objective.network.jacobian_reference(theta, objective.x)
    lin, rng = objective.linearize(theta), np.random.default_rng(0)
    v, u = rng.normal(size=J.shape[1]), rng.normal(size=J.shape[0])
    np.testing.assert_allclose(lin.jvp(v), J @ v, atol=1e-13)
    np.testing.assert_allclose(lin.vjp(u), J.T @ u, atol=1e-13)
    np.testing.assert_allclose(lin.gram(), J @ J.T, atol=1e-13)
    run = minimize(objective, theta, Hybrid(boundary=0), iterations=20)
    assert run.value < 0.1 * float(objective.value(theta))


def test_head_step_is_levenberg_marquardt_with_the_trunk_fixed():
    """The head moves exactly as LM on the trunk's features would move it."""
    objective, theta = small()
    trunk, head = objective.network.split(4)
    Z = trunk.predict(theta[: trunk.size], objective.x)
    lm = LevenbergMarquardt()
    b = theta[trunk.size :]
    expected, _, _ = lm.step(
        b, NetworkObjective(head, Z, objective.t, LOSS), lm.init(b)
    )
    new, _, info = Hybrid(Adam(1e-3)).step(theta, objective, None)
    np.testing.assert_array_equal(new[trunk.size :], expected)
    assert info.value == pytest.approx(float(objective.value(new)))


def test_iris_hybrid_beats_the_frozen_trunk_and_slow_adam():
    """Five seeds, 60 epochs: medians in the order the trials found."""
    objective = iris_objective()
    medians = {}
    for name, method in (
        ("hybrid", Hybrid(Adam(0.01))),
        ("frozen", Hybrid(Adam(0.0))),
        ("adam", Adam(0.001)),
    ):
        ends = []
        for seed in range(5):
            theta = objective.network.init(np.random.default_rng(seed))
            start = 2 * float(objective.value(theta))
            run = minimize(objective, theta, method, iterations=60)
            ends.append(float(decibels(2 * run.value, start)))
        medians[name] = np.median(ends)
    assert medians["hybrid"] < medians["frozen"] < medians["adam"] < 0


def test_levenberg_marquardt_depends_on_the_start():
    """Iris: seed 6 rests for good with one flower wrong, seed 12 falls past −100 dB."""
    objective, ends = iris_objective(), []
    for seed in (6, 12):
        theta = objective.network.init(np.random.default_rng(seed))
        run = minimize(objective, theta, LevenbergMarquardt(), iterations=100)
        ends.append(float(decibels(run.value, float(objective.value(theta)))))
    assert ends[0] == pytest.approx(-18.2, abs=0.5)
    assert ends[1] < -100


def test_adam_stays_above_minus_23_decibels():
    """Iris, 100 steps at three rates, three starts: none below, the best near −15."""
    objective, ends = iris_objective(), []
    for seed in range(3):
        theta = objective.network.init(np.random.default_rng(seed))
        for rate in (0.001, 0.01, 0.1):
            run = minimize(objective, theta, Adam(rate), iterations=100)
            ends.append(decibels(min(run.history.value), run.history.value[0]))
    assert -23 < min(ends) < -13


def test_mean_of_increments_is_another_step_than_accumulation():
    """Averaged over three batches it descends, but differs from the full step."""
    objective, theta = small()
    method = Hybrid(Adam(0.0), LevenbergMarquardt(solve="primal"))
    parts = np.array_split(np.arange(12), 3)
    mean, state, info = mean_step(method, theta, objective, parts, None)
    full, _, _ = method.step(theta, objective, None)
    assert info.value < float(objective.value(theta))
    p, q = mean - theta, full - theta
    assert np.linalg.norm(p - q) > 0.05 * np.linalg.norm(q)
    one, _, _ = mean_step(method, theta, objective, [np.arange(12)], None)
    np.testing.assert_allclose(one, full, rtol=1e-9)
    again, _, second = mean_step(method, mean, objective, parts, state)
    assert second.value <= info.value and again.shape == theta.shape


@pytest.mark.parametrize("order", ["simultaneous", "sequential"])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_accumulated_step_is_the_step_of_the_whole_set(order, reduction):
    """Three steps in batches of 5, 4 and 3, shuffled: those of all 12 samples."""
    objective, theta = small()
    objective = replace(objective, loss=SquaredError(reduction))
    method = Hybrid(Adam(0.01), order=order)
    rng, ours, ends = np.random.default_rng(0), None, [theta, theta]
    whole = None
    for _ in range(3):
        parts = np.split(rng.permutation(12), [5, 9])
        ends[0], ours, a = accumulated_step(method, ends[0], objective, parts, ours)
        ends[1], whole, b = method.step(ends[1], objective, whole)
        assert a.value == pytest.approx(b.value, rel=1e-9)
        assert (a.rejected, a.damping) == (b.rejected, b.damping)
    np.testing.assert_allclose(*ends, rtol=1e-7, atol=1e-10)
    with pytest.raises(ValueError, match="parts: expected every one of 12 samples"):
        accumulated_step(method, theta, objective, [np.arange(11)], None)
    with pytest.raises(ValueError, match="boundary: expected a trunk and a head"):
        accumulated_step(Hybrid(boundary=0), theta, objective, [np.arange(12)], None)


def test_accumulated_batches_are_the_whole_set():
    """JᵀJ, Jᵀu, J v and the value added over batches equal those of all samples."""
    objective, theta = small()
    trunk, head = objective.network.split(4)
    b = theta[trunk.size :]
    Z = trunk.predict(theta[: trunk.size], objective.x)
    whole = NetworkObjective(head, Z, objective.t, LOSS).linearize(b)
    stacked = StackedJacobian(
        [
            NetworkObjective(head, Z[part], objective.t[part], LOSS).linearize(b)
            for part in np.array_split(np.arange(12), 3)
        ]
    )
    v = np.random.default_rng(3).normal(size=len(b))
    assert stacked.size == whole.size
    for ours, theirs in (
        (stacked.normal(), whole.normal()),
        (stacked.vjp(stacked.r), whole.vjp(whole.r)),
        (stacked.jvp(v), whole.jvp(v)),
        (stacked.gram(), whole.gram()),
        (stacked.value, whole.value),
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-13)


def test_printed_output_delta_climbs():
    """(31) with (32): δ = +f′², so Jᵀe points uphill; with ∂F = 1 it is right."""
    objective, theta = small()
    trunk, head = objective.network.split(4)
    b, Z = theta[trunk.size :], trunk.predict(theta[: trunk.size], objective.x)
    slope = (y := head.predict(b, Z)) * (1 - y)
    e = (objective.t - y).ravel()
    g = NetworkObjective(head, Z, objective.t, LOSS).value_and_gradient(b)[1]
    J = -head.jacobian(b, Z)  # ∂e/∂b, its output δ being −f′
    printed = -slope.ravel()[:, None] * J  # +f′² in the place of −f′
    np.testing.assert_allclose(J.T @ e, g, atol=1e-12)
    climbs = printed.T @ e
    assert climbs @ g < -0.9 * np.linalg.norm(climbs) * np.linalg.norm(g)


def test_levels_in_decibels():
    """−32.55 dB for Iris, −63.80 dB for MNIST, 0 at the start; SSE = ¼ is no error.

    Logistic units that start at ½ have an error of ¼ each, so (35) asks for 6 dB more
    than SSE = ¼ does.
    """
    assert stop_level(150, 3) == pytest.approx(-32.55, abs=0.005)
    assert stop_level(60_000, 10) == pytest.approx(-63.80, abs=0.005)
    assert decibels([121.0, 12.1], 121.0) == pytest.approx([0, -10])
    assert zero_error_level(0.25) == 0
    objective = iris_objective()
    y, t = objective.network.predict(np.zeros(55), objective.x), objective.t
    start = ((y - t) ** 2).sum()
    assert start == pytest.approx(450 / 4)
    assert zero_error_level(start) - stop_level(150, 3) == pytest.approx(6.02, abs=0.01)
    assert decibels(((y - t) ** 2).sum(), start) == 0
    with pytest.raises(ValueError, match="sse_start"):  # u as printed: the response
        decibels(start, ((y - y) ** 2).sum())
    with pytest.raises(ValueError, match="sse_start"):
        decibels(1.0, 0.0)


def test_sum_below_a_quarter_means_no_output_on_the_wrong_side():
    """A thousand random outputs with SSE just below ¼: all on their side of ½."""
    rng = np.random.default_rng(0)
    for _ in range(1000):
        t = rng.integers(0, 2, 12).astype(float)
        e = rng.normal(size=12) * (rng.random(12) < 0.3)
        e *= 0.4999 / max(np.linalg.norm(e), 1e-9)
        y = t + np.where(t == 1, -abs(e), abs(e))
        assert ((y > 0.5) == (t == 1)).all()


def test_prior_plateau_is_recognised():
    """Iris: the constant answer is worth −0.8 dB; a run that sits there is told."""
    objective = iris_objective()
    level = prior_level(objective.t, 121.0)
    assert level == pytest.approx(10 * math.log10(100 / 121))
    assert on_prior_plateau([0.0] + [level + 0.1] * 10, level)
    assert not on_prior_plateau([level] * 9 + [level - 2], level)
    assert not on_prior_plateau([level] * 5, level)


def test_rules_of_thumb_for_the_boundary():
    """Small: 0; wide classifier: the last three dense layers; else all of them."""
    conv = [Conv2d(1, 8, 5), Activation(relu), Flatten()]
    usual = Sequential([*conv, Dense(8 * 24 * 24, 30), Dense(30, 10)], (1, 28, 28))
    wide = Sequential(
        [*conv, Dense(8 * 24 * 24, 900), Dense(900, 90), Dense(90, 20), Dense(20, 10)],
        (1, 28, 28),
    )
    assert boundary_by_rule(usual) == 3
    assert boundary_by_rule(wide) == 4


def test_refusals():
    """An order that does not exist, a boundary outside the network, an empty part."""
    objective, theta = small()
    with pytest.raises(ValueError, match="order"):
        Hybrid(order="alternating")
    with pytest.raises(ValueError, match="boundary: expected 0 to 8"):
        Hybrid(boundary=9).step(theta, objective, None)
    with pytest.raises(ValueError, match="empty"):
        mean_step(Hybrid(boundary=0), theta, objective, [np.arange(12)], None)


def test_a_step_that_overflows_is_not_taken():
    """A trunk moved by 1e308 has no value: NOT_FINITE, θ as it was, in all forms."""
    objective, theta = small()
    method, parts = Hybrid(Adam(1e308)), np.array_split(np.arange(12), 3)
    with np.errstate(over="ignore", invalid="ignore"):
        ends = (
            method.step(theta, objective, None),
            mean_step(method, theta, objective, parts, None),
            accumulated_step(method, theta, objective, parts, None),
        )
    for new, _, info in ends:
        assert info.status is Status.NOT_FINITE and (new == theta).all()
    objective.t[0, 0] = np.nan  # the head's method says it first
    new, _, info = Hybrid().step(theta, objective, None)
    assert info.status is Status.NOT_FINITE and (new == theta).all()
