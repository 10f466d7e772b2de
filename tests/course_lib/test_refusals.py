"""Bad input gets one sentence that names the argument, wherever it enters.

The refusals of a single module stand in that module's tests; here are those that many
share, and what used to end deep inside NumPy.
"""

import numpy as np
import pytest

from course_lib import dirichlet, optim, schedules, tuning
from course_lib.activations import tanh
from course_lib.datasets import noisy_sine
from course_lib.landscapes import VALLEY
from course_lib.layers import (
    LSTM,
    Activation,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Elman,
    MaxPool2d,
)
from course_lib.layers.sparse_conv import operator_D, operator_M
from course_lib.losses import SquaredError
from course_lib.networks import hopfield, som
from course_lib.networks.art import ART
from course_lib.networks.sequential import Sequential
from course_lib.neurons.lif import LIF, random_network
from course_lib.neurons.mcculloch_pitts import threshold_unit
from course_lib.neurons.perceptron import predict
from course_lib.neurons.stochastic import sample
from course_lib.objectives import Function, LeastSquares
from course_lib.optim import BFGS
from course_lib.optim import LevenbergMarquardt as LM
from course_lib.optim.gradient_descent import critical_rate
from course_lib.optim.hybrid import stop_level
from course_lib.training import fit, minimize

START = np.array([-1.2, 1.0])
ONES = np.ones
NET = Sequential([Dense(2, 1), Activation(tanh)])


def rng():
    return np.random.default_rng(0)


def train(method=None, **changed):
    network = Sequential([Dense(2, 1)])
    options = {"epochs": 1, "rng": rng()} | changed
    x = options.pop("x", ONES((5, 2)))
    method = method or optim.Adam()
    return fit(network, ONES(3), x, ONES((5, 1)), SquaredError(), method, **options)


def brain():
    return random_network(LIF(), 5, 2, 3, 1.0, 1.0, (1.0, 2.0), rng())


REFUSALS = [
    (lambda: minimize(VALLEY, [0.0, 1.0], optim.Adam()), "theta: .* got list"),
    (lambda: minimize(VALLEY, START, optim.Adam), r"such as Adam\(\); got Adam"),
    (lambda: minimize(VALLEY, START, None), "method: expected"),
    (lambda: minimize(VALLEY, START, optim.Adam(), iterations=-1), "iterations: exp"),
    (lambda: train(epochs=-1), "epochs: expected >= 0"),
    (lambda: train(rng=None), r"rng: expected np\.random"),
    (lambda: train(batch_size=9), "batch size: expected 1 to N = 5"),
    (lambda: train(x=[[1.0, 1.0]]), r"x: expected samples of shape \(2,\).* got list"),
    (lambda: optim.Adam("0.1"), "learning_rate: .* got '0.1'"),
    (lambda: optim.Adam().update(ONES((2, 2)), ONES((2, 2)), None), "theta: .* flat"),
    (lambda: optim.LBFGS(memory=2.5), "memory: expected a whole number"),
    (lambda: optim.ConjugateGradient(restart=0), "restart: expected >= 1"),
    (lambda: optim.NGDM(0.1, alpha=ONES(3)).init(ONES(4)), "alpha: .* one per weight"),
    (lambda: optim.Hybrid(boundary="first"), 'boundary: expected "auto"'),
    (
        lambda: minimize(Function(lambda p: 1.0, lambda p: p[:, None]), START, BFGS()),
        r"gradient: expected the shape of theta, \(2,\); got \(2, 1\)",
    ),
    (
        lambda: minimize(
            LeastSquares(lambda p: p, lambda p: ONES((2, 3))), START, LM()
        ),
        r"jacobian: expected shape \(R, 2\).*; got \(2, 3\)",
    ),
    (
        lambda: minimize(LeastSquares(lambda p: p[:, None], np.diag), START, LM()),
        r"residual: expected shape \(R,\); got \(2, 1\)",
    ),
    (
        lambda: minimize(
            VALLEY, START, optim.Adam(), schedule=schedules.one_cycle(0.1)
        ),
        "schedule: expected fields of Adam, .*; got mu; give .* momentum=None",
    ),
    (lambda: train(optim.Newton()), "calls hessian.* which NetworkObjective"),
    (lambda: critical_rate(-1.0), "mu: expected 0 <= mu"),
    (lambda: stop_level(0, 3), "Q, M: expected >= 1"),
    (lambda: schedules.cyclic(0.1, 1.0, 0), "cycles: expected >= 1"),
    (lambda: schedules.cosine(0.1, -1.0), "last: expected a rate >= 0"),
    (lambda: schedules.step_decay(0.1, drops=-1), "drops: expected >= 0"),
    (lambda: schedules.one_cycle(0.1, momentum=0.9), "momentum: expected"),
    (
        lambda: schedules.range_test(lambda p, k: (np.nan, p), START, optim.Adam()),
        "loss_and_gradient: expected a finite loss",
    ),
    (
        lambda: schedules.range_test(lambda p, k: (1.0, p), START, optim.Rprop()),
        "rule: expected one with a learning_rate; got Rprop",
    ),
    (
        lambda: schedules.range_test(
            lambda p, k: (1.0, p), START, optim.Adam(), smoothing=1.0
        ),
        "smoothing: expected 0 <= smoothing < 1",
    ),
    (lambda: tuning.effective_rate(0.1, 1.0), "mu: expected 0 <= mu < 1"),
    (lambda: tuning.noise_scale(0.1, 100, 0), "batch: expected >= 1"),
    (lambda: tuning.rate_for_batch(0.1, 0, 10), "batch, new: expected >= 1"),
    (lambda: SquaredError().factor(ONES(3), ONES(3)), r"y: expected predictions \(N"),
    (lambda: SquaredError().value(ONES((1, 1)), [[1.0]]), "t: .* got list"),
    (lambda: Dense(2.5, 3), "inputs: expected a whole number"),
    (lambda: BatchNorm(0), "features: expected a whole number"),
    (lambda: BatchNorm(2, eps=-1.0), "eps: expected > 0"),
    (lambda: Activation(np.tanh), "phi: expected an activation"),
    (lambda: BatchNorm(3, mean=(0.0,)), "mean: expected 3 numbers; got 1"),
    (lambda: BatchNorm(1, variance=(-1.0,)), "variance: expected >= 0"),
    (lambda: BatchNorm(3).with_statistics(ONES((5, 2))), "x: expected 3 features"),
    (lambda: Elman(2, 3, truncation=1.5), "truncation: expected a whole number"),
    (lambda: NET.init(0), r"rng: expected np\.random.*got 0"),
    (lambda: NET.forward([0.0] * 3, ONES((4, 2))), r"theta: .* \(3,\); got list"),
    (
        lambda: NET.backward(ONES(3), NET.forward(ONES(3), ONES((4, 2)))[1], ONES(4)),
        r"grad_y: expected the shape of y.*got \(4,\)",
    ),
    (
        lambda: Sequential([Conv2d(1, 2, 2, bias=False)], (1, 3, 3)).jacobian(
            ONES(8), ONES((2, 1, 3, 3))
        ),
        r"factors: expected outputs \(N, K\).*got \(2, 2, 2\)",
    ),
    (
        lambda: Sequential([Activation(tanh)], (2,)).jacobian(ONES(0), ONES((2, 2))),
        "factors: .* at least one parameter",
    ),
    (lambda: operator_M(ONES((1, 3, 3)), ONES((2, 2))), "X, F: expected one map"),
    (lambda: som.SelfOrganizingMap(2.5, 2), "rows: expected a whole number"),
    (lambda: som.SelfOrganizingMap(2, 2, radius=(np.nan, 1)), "radius: expected"),
    (
        lambda: hopfield.recall(np.full((2, 2), np.inf), [1, -1]),
        "W: expected a symmetric, finite",
    ),
    (lambda: noisy_sine(rng(), period=0.0), "period: expected > 0"),
    (lambda: Sequential([Conv2d(1, 2, 3)], (28, 28)), r"maps \(C, H, W\)"),
    (lambda: Sequential([MaxPool2d(2)], (28,)), r"maps \(C, H, W\)"),
    (lambda: Sequential([LSTM(3, 4)], (7, 2)), r"sequences \(T, 3\)"),
    (
        lambda: Sequential([Dense(2, 1), Activation(tanh)]).trainable(ONES(3), [9]),
        "frozen: expected numbers of layers, 0 to 1",
    ),
    (
        lambda: operator_D(ONES((2, 4, 4)), ONES((1, 3, 2, 2)), np.zeros(1)),
        "F: expected kernels",
    ),
    (lambda: hopfield.energy(np.eye(3), [1, 1]), "W: expected a row and a column"),
    (lambda: hopfield.synchronous_step(np.eye(3), [1, 1]), "W: expected a row"),
    (lambda: hopfield.bit_error(0.0), "load: expected"),
    (
        lambda: som.SelfOrganizingMap(2, 2).train_batch(ONES((4, 2)), ONES((3, 3)), 1),
        r"w: expected weights \(4, 3\)",
    ),
    (lambda: ART(0.5).predict(ONES((1, 3)), ONES((3, 2))), "w: expected categories"),
    (lambda: LIF().simulate(ONES((5, 3)), 0.1, V=ONES(2)), "V: expected a number or"),
    (lambda: brain().run(5, current=ONES(3)), "current: expected a number or"),
    (lambda: threshold_unit(ONES(3), ONES(3), 0.0), "x: expected samples in rows"),
    (lambda: predict(ONES(2), ONES((3, 5))), "w: expected a weight per column"),
    (lambda: predict(ONES(2), [[np.nan]]), "w, x: expected finite"),
    (lambda: sample(np.zeros(3, int), rng()), "x: expected float32 or .* got int"),
    (
        lambda: Dropout(0.5).forward({}, np.arange(4), training=True, rng=rng()),
        "x: expected float32 or float64; got int",
    ),
    (lambda: dirichlet.score(ONES(3) / 3, ONES(2)), "x: expected 2 coordinates"),
    (
        lambda: dirichlet.log_density([0.5, 0.6, 0.1], ONES(3)),
        r"x: expected shares >= 0 that sum to 1; got \[0.5 0.6 0.1\]",
    ),
    (lambda: dirichlet.score([1.5, -0.6, 0.1], ONES(3)), "x: expected shares >= 0"),
    (
        lambda: dirichlet.generalized_log_density([0.9, 0.6], ONES(2), ONES(2)),
        "x: expected shares >= 0 that sum to at most 1",
    ),
    (
        lambda: dirichlet.triangle_test([[0.2, 0.8]], ONES(2), rng()),
        "x: expected at least two points",
    ),
    (
        lambda: dirichlet.maximum_likelihood([[0.3, 0.7], [0.3 + 1e-12, 0.7 - 1e-12]]),
        "x: expected at least two different points",
    ),
    (lambda: dirichlet.kl(ONES(3), ONES(2)), "other: expected the shape of alpha"),
    (lambda: dirichlet.ball_to_simplex(ONES(2), ONES(3), 1.0), "centre: expected"),
]


@pytest.mark.parametrize(("call", "sentence"), REFUSALS)
def test_bad_input_is_refused_by_name(call, sentence):
    """ValueError with the argument's name, what was expected and what came."""
    with pytest.raises(ValueError, match=sentence):
        call()


def test_apollo_refuses_segments_that_leave_weights_out():
    """Segments of another network are no segments of this θ."""
    rule = optim.Apollo(0.1, segments=[(0, 2)])
    with pytest.raises(ValueError, match="segments: expected the parts of a theta of"):
        rule.update(ONES(4), ONES(4), rule.init(ONES(4)))


def test_fit_gives_irprop_its_value():
    """A rule that looks at the value gets it from `fit` as from `minimize`."""
    losses = train(optim.IRpropPlus(), epochs=20).history.value
    assert losses[-1] < 0.1 * losses[0]
