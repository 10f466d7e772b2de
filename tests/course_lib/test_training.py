"""Running methods: budgets, statuses, resumption, and what is counted."""

import io
import pickle

import numpy as np
import pytest

from course_lib.activations import tanh
from course_lib.datasets import plane_problem
from course_lib.layers import Activation, BatchNorm, Dense, Dropout
from course_lib.losses import BinaryCrossEntropy, SquaredError
from course_lib.networks.sequential import Sequential
from course_lib.objectives import Function, NetworkObjective
from course_lib.optim import (
    BFGS,
    LBFGS,
    NGDM,
    Adam,
    Apollo,
    ConjugateGradient,
    GradientDescent,
    Hybrid,
    IRpropPlus,
    LevenbergMarquardt,
    Momentum,
    NaturalGradient,
    Quickprop,
)
from course_lib.optim.method import Status
from course_lib.training import batches, fit, minimize, progress

BOWL = Function(lambda th: th @ th / 2, lambda th: th)


def network():
    data = plane_problem()
    net = Sequential([Dense(2, 6), Activation(tanh), Dense(6, 1)])
    theta = net.init(np.random.default_rng(0))
    return net, theta, data.x_train[:90], data.t_train[:90]


def test_every_way_to_end():
    """Target, gradient, iterations, evaluations, callback: each with its sentence."""
    start, rule = np.ones(2), GradientDescent(0.5)
    assert minimize(BOWL, start, rule, target=0.1).status is Status.TARGET
    end = minimize(BOWL, start, rule, gradient_tolerance=1e-3)
    assert end.status is Status.CONVERGED and np.linalg.norm(end.theta) <= 1e-3
    assert minimize(BOWL, start, rule, iterations=3).iterations == 3
    few = minimize(BOWL, start, rule, evaluations=5)
    assert few.status is Status.BUDGET and few.history.evaluations[-1] == 5
    told = minimize(BOWL, start, rule, callback=lambda k, th, E: k == 2)
    assert told.status is Status.STOPPED and told.iterations == 2
    assert "value" in str(told) and str(Status.STOPPED) in str(told)


def test_divergence_keeps_the_last_good_point():
    """A rate of 1e200 overflows: status NOT_FINITE, θ and value finite."""
    run = minimize(BOWL, np.ones(2), GradientDescent(1e200), iterations=50)
    assert run.status is Status.NOT_FINITE and run.status.failed
    assert np.isfinite(run.theta).all() and np.isfinite(run.value)
    assert "learning rate" in str(run.status)
    net, theta, x, t = network()
    bad = fit(
        net,
        theta,
        x,
        t,
        SquaredError(),
        GradientDescent(1e200),
        epochs=5,
        rng=np.random.default_rng(0),
    )
    assert bad.status is Status.NOT_FINITE and np.isfinite(bad.theta).all()


RESUMED = {
    "momentum": Momentum(0.01, dampening=0.5, nesterov=False),
    "Adam": Adam(0.01),
    "Apollo": Apollo(1e-4),
    "NGDM": NGDM(0.01, mode="dir_full"),
    "Quickprop": Quickprop(0.001),
    "iRprop+": IRpropPlus(),
    "conjugate gradients": ConjugateGradient(),
    "BFGS": BFGS(),
    "L-BFGS": LBFGS(memory=3),
    "multiply": LevenbergMarquardt(),
    "nielsen": LevenbergMarquardt(schedule="nielsen", damping=1e-6),
    "trust region": LevenbergMarquardt(schedule="trust-region"),
    "hybrid": Hybrid(boundary=2),
    "natural gradient": NaturalGradient(0.5, 0.1),
}


@pytest.mark.parametrize("name", RESUMED)
def test_resumed_run_is_bit_equal(name):
    """Ten and ten steps from the kept state, pickled, are the twenty, bit by bit."""
    net, theta, x, t = network()
    objective = NetworkObjective(net, x, t, SquaredError("sum"))
    method = RESUMED[name]
    whole = minimize(objective, theta, method, iterations=20)
    half = minimize(objective, theta, method, iterations=10)
    theta, state = pickle.loads(pickle.dumps((half.theta, half.state)))
    rest = minimize(objective, theta, method, iterations=10, state=state)
    np.testing.assert_array_equal(rest.theta, whole.theta)
    assert rest.history.value[1:] == whole.history.value[11:]


@pytest.mark.parametrize("name", ["Adam", "multiply", "hybrid"])
def test_resumed_fit_is_bit_equal(name):
    """Two and three epochs with Generator, state and schedule kept are the five."""
    net, theta, x, t = network()
    method = RESUMED[name]

    def schedule(epoch):
        return {} if name != "Adam" else {"learning_rate": 0.02 / (1 + int(epoch))}

    def epochs(count, start, rng, state=None, past=0):
        return fit(
            *(net, start, x, t, SquaredError("sum"), method),
            epochs=count,
            rng=rng,
            batch_size=32,
            schedule=lambda epoch: schedule(epoch + past),  # it counts from 0 again
            state=state,
        )

    whole = epochs(5, theta, np.random.default_rng(3))
    rng = np.random.default_rng(3)
    half = epochs(2, theta, rng)
    kept = pickle.loads(pickle.dumps((half.theta, rng, half.state)))
    rest = epochs(3, *kept, past=2)
    np.testing.assert_array_equal(rest.theta, whole.theta)


def test_evaluations_are_the_objectives_calls():
    """What History counts is what the objective saw, trial points included."""
    calls = []

    def seen(name, value):
        def call(theta):
            calls.append(name)
            return value(theta)

        return call

    net, theta, x, t = network()
    inner = NetworkObjective(net, x, t, SquaredError("sum"))
    outer = type("Seen", (), {})()
    for name in ("value", "value_and_gradient", "linearize"):
        setattr(outer, name, seen(name, getattr(inner, name)))
    for method in (Adam(0.01), BFGS(), LevenbergMarquardt()):
        calls.clear()
        run = minimize(outer, theta, method, iterations=7)
        assert run.history.evaluations[-1] == len(calls)
        assert len(run.history.value) == len(run.history.seconds) == 8
        assert (np.diff(run.history.seconds) >= 0).all()


def test_values_recorded_are_values():
    """Every recorded value is the objective's at that point."""
    net, theta, x, t = network()
    objective, seen = NetworkObjective(net, x, t), []
    for method in (Adam(0.05), BFGS(), LevenbergMarquardt()):
        seen.clear()
        run = minimize(
            objective,
            theta,
            method,
            iterations=6,
            callback=lambda k, th, E: seen.append((float(objective.value(th)), E)),
        )
        assert [a for a, _ in seen] == pytest.approx([b for _, b in seen], rel=1e-12)
        assert run.value == pytest.approx(float(objective.value(run.theta)), rel=1e-12)


def test_rejected_trial_points_are_counted():
    """`minimize` and one batch of `fit` count the same refused steps, none lost."""
    net, theta, x, t = network()
    method = LevenbergMarquardt(damping=1e-12)
    a = minimize(
        NetworkObjective(net, x, t, SquaredError("sum")), theta, method, iterations=5
    )
    rng = np.random.default_rng(0)
    b = fit(net, theta, x, t, SquaredError("sum"), method, epochs=5, rng=rng)
    assert a.history.rejected[-1] > 0
    assert b.history.rejected == a.history.rejected


def test_batches_are_a_partition():
    """Every sample once per epoch, in another order each time; the last part short."""
    rng = np.random.default_rng(0)
    parts = list(batches(10, 4, rng))
    assert [len(p) for p in parts] == [4, 4, 2]
    assert sorted(np.concatenate(parts)) == list(range(10))
    again = list(batches(10, 4, rng))
    assert [p.tolist() for p in parts] != [p.tolist() for p in again]
    assert len(list(batches(10, None, rng))) == 1
    with pytest.raises(ValueError, match="size: expected 1 to N = 10"):
        list(batches(10, 11, rng))


def test_full_batch_fit_is_minimize():
    """One batch per epoch: the same θ as minimize on the whole set."""
    net, theta, x, t = network()
    rule, rng = GradientDescent(0.5), np.random.default_rng(0)
    a = fit(net, theta, x, t, SquaredError(), rule, epochs=5, rng=rng)
    b = minimize(NetworkObjective(net, x, t), theta, rule, iterations=5)
    np.testing.assert_allclose(a.theta, b.theta, rtol=1e-10)


def test_fit_in_batches_is_the_loop():
    """Epochs, order and updates as written by hand; validation and counts recorded."""
    net, theta, x, t = network()
    rule, held = Adam(0.01), (x[:10], t[:10])
    run = fit(
        net,
        theta,
        x,
        t,
        BinaryCrossEntropy(),
        rule,
        epochs=3,
        rng=np.random.default_rng(5),
        batch_size=32,
        validation=held,
    )
    rng, th, state = np.random.default_rng(5), theta, rule.init(theta)
    for _ in range(3):
        for part in batches(90, 32, rng):
            g = net.value_and_gradient(th, x[part], t[part], BinaryCrossEntropy())[1]
            th, state = rule.update(th, g, state)
    np.testing.assert_array_equal(run.theta, th)
    assert run.history.evaluations == [0, 3, 6, 9]
    last = BinaryCrossEntropy().value(net.predict(th, held[0]), held[1])
    assert run.history.validation[-1] == pytest.approx(float(last))


def test_fit_takes_curvature_methods_and_schedules():
    """Levenberg-Marquardt batch by batch descends; a schedule changes the rate."""
    net, theta, x, t = network()
    run = fit(
        net,
        theta,
        x,
        t,
        SquaredError(),
        LevenbergMarquardt(),
        epochs=3,
        rng=np.random.default_rng(0),
        batch_size=45,
    )
    assert run.value < 0.5 * run.history.value[0]
    rates = []

    def schedule(epoch):
        rates.append(epoch)
        return {"learning_rate": 0.0}

    still = fit(
        net,
        theta,
        x,
        t,
        SquaredError(),
        GradientDescent(1.0),
        epochs=2,
        rng=np.random.default_rng(0),
        batch_size=45,
        schedule=schedule,
    )
    np.testing.assert_array_equal(still.theta, theta)
    assert rates == [0.0, 0.5, 1.0, 1.5]


def test_fit_trains_dropout_and_batch_norm():
    """Masks and batch statistics come from the Generator: the same run twice."""
    _, _, x, t = network()
    net = Sequential(
        [Dense(2, 8), BatchNorm(8), Activation(tanh), Dropout(0.2), Dense(8, 1)]
    )
    theta = net.init(np.random.default_rng(0))
    ends = []
    for _ in range(2):
        fixed = net.with_statistics(theta, x)
        run = fit(
            fixed,
            theta,
            x,
            t,
            SquaredError(),
            Adam(0.02),
            epochs=4,
            rng=np.random.default_rng(1),
            batch_size=30,
        )
        ends.append(run.theta)
        assert run.value < run.history.value[0]
    np.testing.assert_array_equal(*ends)


def test_progress_says_how_far_and_how_long():
    """One line, rewritten; quiet between its times; it never stops the run."""
    out = io.StringIO()
    run = minimize(
        BOWL,
        np.ones(2),
        GradientDescent(0.1),
        iterations=4,
        callback=progress(4, every=0.0, file=out),
    )
    lines = out.getvalue().split("\r")[1:]
    assert run.iterations == 4
    assert [line.split()[0] for line in lines] == ["1/4", "2/4", "3/4", "4/4"]
    assert all(line.endswith(" s left ") for line in lines)
    assert lines[-1].split()[2] == f"{run.value:.4g}"
    quiet = io.StringIO()
    minimize(
        BOWL,
        np.ones(2),
        GradientDescent(0.1),
        iterations=4,
        callback=progress(4, every=1e9, file=quiet),
    )
    assert not quiet.getvalue()
