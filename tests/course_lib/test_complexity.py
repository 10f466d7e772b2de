"""Counts against plain loops on counting numbers, library code, and the paper."""

import math
from itertools import pairwise

import numpy as np
import pytest

from course_lib import complexity as c
from course_lib import complexity_as_printed as p
from course_lib.activations import identity, logistic, relu, tanh
from course_lib.counting import OpCount, counted
from course_lib.layers import Activation, Conv2d, Dense, Dropout, Flatten, MaxPool2d
from course_lib.layers.conv import conv2d_reference, kernel_gradient
from course_lib.networks.sequential import Sequential
from course_lib.networks.small_cnns import (
    figure_10_network,
    iris_network,
    mnist_network,
)
from course_lib.objectives import ExplicitJacobian
from course_lib.optim import Adam
from course_lib.optim.adam import AdamState
from tests.course_lib import counting_loops as loops

RNG = np.random.default_rng


def mlp(*widths, last=logistic):
    """Dense layers, each followed by a logistic, the last by ``last``."""
    layers = []
    for inputs, outputs in pairwise(widths):
        layers += [Dense(inputs, outputs), Activation(logistic)]
    return Sequential([*layers[:-1], Activation(last)])


def two_convolutions():
    """Overlap, borders, a leftover row, pooling, linear outputs."""
    layers = [Conv2d(1, 2, 3, padding=1), Activation(relu), MaxPool2d(2)]
    layers += [Conv2d(2, 1, 2, padding=1), Activation(relu), Flatten()]
    layers += [Dense(9, 2), Activation(logistic), Dense(2, 2), Activation(identity)]
    return Sequential(layers, (1, 5, 5))


NETWORKS = {
    "mlp": mlp(4, 5, 3, 2),
    "one layer": mlp(3, 2),
    "linear output": mlp(3, 4, 2, last=identity),
    "iris": iris_network(),
    "figure 10": figure_10_network(3),
    "two convolutions": two_convolutions(),
}
LAYERS = {name: len(net.segments) // 2 for name, net in NETWORKS.items()}
EPOCHS = [(name, O) for name, L in LAYERS.items() for O in range(L + 1)]


def case(network, N=3, seed=0):
    """θ, x, targets, and the error and its square at θ."""
    rng = RNG(seed)
    theta = network.init(rng) + 0.1 * rng.normal(size=network.size)
    x = rng.normal(size=(N, *network.input_shape))
    d = rng.uniform(size=(N, *network.output_shapes[-1]))
    e = d - network.predict(theta, x)
    return theta, x, d, e, np.array([np.sum(e**2)])


def run_epoch(network, boundary, N):
    """(θ after, operations) of an epoch by plain loops; λ = 0.1."""
    start = c.start_of(network, boundary)
    values = (*case(network, N), np.array([0.1]), np.array([0.9, 0.999]))
    (theta, _), count = counted(
        lambda *arrays: loops.epoch(network, start, *arrays), *values
    )
    return theta.astype(float), count


# --------------------------------------------------------------------------------
# Counts by hand, and of plain loops


def test_ticks_are_4_20_70():
    """One of each costs 94 ticks; counts add and multiply."""
    one = OpCount(1, 1, 1)
    assert one.ticks() == 94
    assert (3 * one + OpCount(1, 0, 0)).ticks() == 286
    assert sum([one, one]) == OpCount(2, 2, 2)
    assert one.operations == 3
    assert OpCount(0, 0, 0, 2.5).ticks() == 2.5


def test_counted_numbers_count():
    """a² + exp(−b) / a − 1: two α, two β, one γ, and the right value."""
    result, count = counted(
        lambda z: z[0] ** 2 + (-z[1]).exp() / z[0] - 1.0, np.array([2.0, 3.0])
    )
    assert float(result) == pytest.approx(4 + math.exp(-3) / 2 - 1)
    assert count == OpCount(2, 2, 1)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (c.forward(mlp(5, 3), 2), (36, 36, 6)),
        (
            c.forward(
                Sequential([Conv2d(2, 3, 3, stride=2), Activation(relu)], (2, 7, 6)), 2
            ),
            (684, 648, 0),
        ),
        (c.forward(Sequential([MaxPool2d(2)], (3, 6, 6)), 2), (162, 0, 0)),
        (c.gradient(mlp(4, 5, 3, 2), 3), (177, 246, 0)),
        (c.jacobian(mlp(4, 5, 3, 2), 3), (90, 414, 0)),
        (c.jacobian(mlp(4, 4, 4, 3), 2), (94, 406, 0)),
        (c.adam_update(7, 3), (90, 195, 21)),
        (c.cholesky(7), (56, 77, 7)),
        (c.triangular_solves(7), (42, 56, 0)),
    ],
)
def test_counts_of_the_specification(count, expected):
    """Nine counts known from an independent implementation."""
    assert count == OpCount(*expected)


@pytest.mark.parametrize("name", NETWORKS)
def test_forward_equals_loops(name):
    """Rows 1 to 3: the loops' responses are the network's, their operations ours."""
    network = NETWORKS[name]
    theta, x, *_ = case(network)

    def run(theta, x):
        params = loops.unflatten(theta, network.segments, len(network.layers))
        return [loops.forward(network, params, each)[0] for each in x]

    y, count = counted(run, theta, x)
    np.testing.assert_allclose(
        np.array(y).astype(float), network.predict(theta, x), rtol=1e-12
    )
    assert count == c.forward(network, len(x))


@pytest.mark.parametrize("name", NETWORKS)
def test_jacobian_equals_loops(name):
    """Rows 8 and 9: the loops' rows are −∂y/∂θ, their operations ours."""
    network = NETWORKS[name]
    theta, x, *_ = case(network)

    def run(theta, x):
        params = loops.unflatten(theta, network.segments, len(network.layers))
        start, J = c.start_of(network, LAYERS[name]), []
        for each in x:
            kept = loops.forward(network, params, each)[1]
            J += loops.jacobian_rows(network, params, kept, start)[0]
        return J

    J, count = counted(run, theta, x)
    np.testing.assert_allclose(
        np.array(J).astype(float), -network.jacobian_reference(theta, x), atol=1e-12
    )
    assert count == c.forward(network, len(x)) + c.jacobian(network, len(x))


@pytest.mark.parametrize(("name", "boundary"), EPOCHS)
def test_epoch_equals_loops(name, boundary):
    """Rows 4 to 12: a whole epoch costs what `epoch` says, for every boundary."""
    network = NETWORKS[name]
    _, count = run_epoch(network, boundary, N=3)
    assert count == c.epoch(network, 3, boundary)


def test_loops_take_the_steps():
    """What is counted is the hybrid: LM on the head, Adam's first step before it."""
    network, N = NETWORKS["iris"], 3
    theta, x, _, e, _ = case(network, N)
    after = run_epoch(network, 2, N)[0]
    start = c.start_of(network, 2)
    split = network.size - c.parameters_from(network, start)
    J = network.jacobian_reference(theta, x)
    head = J[:, split:]
    step = np.linalg.solve(head.T @ head + 0.1 * np.eye(35), head.T @ e.ravel())
    np.testing.assert_allclose(after[split:], theta[split:] + step, rtol=1e-9)
    g = -(J.T @ e.ravel())[:split]
    first = theta[:split] - 0.001 * g / (abs(g) + 1e-8)
    np.testing.assert_allclose(after[:split], first, rtol=1e-9)


def test_solver_equals_loops():
    """Row 10: Jᵀ J by halves, Jᵀ e, the factor and its solves on random sizes."""
    for R, T in ((9, 4), (3, 6)):
        J, e = RNG(R).normal(size=(R, T)), RNG(T).normal(size=R)
        (_, b), count = counted(loops.normal_equations, J, e)
        assert count == c.normal_equations(R, T)
        np.testing.assert_allclose(b.astype(float), J.T @ e, rtol=1e-12)
        M = J.T @ J + np.eye(T)
        L, count = counted(loops.cholesky, M)
        assert count == c.cholesky(T)
        np.testing.assert_allclose(L.astype(float), np.linalg.cholesky(M), atol=1e-12)
        y, count = counted(loops.solves, np.linalg.cholesky(M), e[:1].repeat(T))
        assert count == c.triangular_solves(T)
        np.testing.assert_allclose(M @ y.astype(float), e[:1].repeat(T), rtol=1e-9)


# --------------------------------------------------------------------------------
# The library's own code, run on counting numbers


def test_library_forward_is_counted():
    """`Dense.forward` and `conv2d_reference` with ReLU cost rows 1 and 3."""
    dense, rng = Dense(5, 3), RNG(0)
    W, b, x = rng.normal(size=(3, 5)), rng.normal(size=3), rng.normal(size=(2, 5))
    _, count = counted(
        lambda W, b, x: dense.forward({"weight": W, "bias": b}, x), W, b, x
    )
    assert count == c.forward(Sequential([dense]), 2)
    K, b, x = rng.normal(size=(3, 2, 3, 3)), b, rng.normal(size=(2, 2, 7, 6))
    s, count = counted(lambda K, b, x: conv2d_reference(x, K, b, 2), K, b, x)
    assert count == OpCount(648, 648, 0)
    _, count = counted(lambda s: np.maximum(s, 0.0), s)
    assert count == OpCount(36, 0, 0)


def test_library_backward_is_counted():
    """`Dense.backward` of two layers costs `gradient`, and the input's gradient."""
    network, rng = mlp(4, 3, 2, last=identity), RNG(0)
    linear = Sequential([network.layers[0], network.layers[2]])
    theta, x, t = linear.init(rng), rng.normal(size=(3, 4)), rng.normal(size=(3, 2))

    def run(theta, x, t):
        y, cache = linear.forward(theta, x)
        return linear.backward(theta, cache, y - t)[1]

    _, count = counted(run, theta, x, t)
    to_input = 3 * 4 * OpCount(3 - 1, 3, 0)
    assert count == c.forward(linear, 3) + c.gradient(linear, 3) + to_input


def test_library_kernel_gradient_is_counted():
    """`kernel_gradient` costs the weights' part of a convolution's gradient."""
    rng = RNG(0)
    x, delta = rng.normal(size=(2, 2, 5, 5)), rng.normal(size=(2, 3, 2, 2))
    _, count = counted(lambda x, delta: kernel_gradient(x, delta, 3, 2), x, delta)
    terms = 2 * 2 * 2  # objects, positions
    assert count == 3 * 2 * 9 * OpCount(terms - 1, terms, 0)


def test_library_adam_is_counted(monkeypatch):
    """`Adam.update` costs 4 α, 9 β, γ per weight, and α + β for a decay of 0."""
    monkeypatch.setattr("course_lib.optim.adam.check_pair", lambda *_: None)
    rule, theta = Adam(), RNG(0).normal(size=7)
    powers = OpCount(2, 2, 0)  # of plain numbers there

    def run(theta, gradient, m, v):
        return rule.update(theta, gradient, AdamState(m, v, 0))[0]

    _, count = counted(run, theta, theta + 1, theta, theta**2)
    assert count + powers == c.adam_update(7) + 7 * OpCount(1, 1, 0)


def test_library_normal_matrix_is_counted():
    """`ExplicitJacobian` forms all of Jᵀ J, we charge the half that differs."""
    J, e = RNG(0).normal(size=(9, 4)), RNG(1).normal(size=9)
    _, count = counted(lambda e, J: ExplicitJacobian(e, J).vjp(e), e, J)
    assert count == 4 * OpCount(8, 9, 0)
    _, count = counted(lambda e, J: ExplicitJacobian(e, J).normal(), e, J)
    assert count == 16 * OpCount(8, 9, 0)
    assert c.normal_equations(9, 4) == (10 + 4) * OpCount(8, 9, 0)


# --------------------------------------------------------------------------------
# Table 1 as printed


def test_forward_as_printed_and_corrected():
    """Iris: 616 + 744 + 558 = 1918 ticks printed, 400 + 760 + 570 = 1730 counted."""
    conv = Sequential([Conv2d(1, 4, 2), Activation(relu)], (1, 2, 2))
    parts = [conv, mlp(4, 4), mlp(4, 3)]
    assert [p.forward_as_printed(net).ticks() for net in parts] == [616, 744, 558]
    assert [c.forward(net).ticks() for net in parts] == [400, 760, 570]
    iris = iris_network()
    assert (p.forward_as_printed(iris).ticks(), c.forward(iris).ticks()) == (1918, 1730)


def test_dense_as_printed_lacks_an_addition():
    """The sigmoid's 1 + exp(−s): one α per unit and object."""
    gap = c.forward(mlp(5, 3), 2) + -1 * p.forward_as_printed(mlp(5, 3), 2)
    assert gap == OpCount(2 * 3, 0, 0)


def test_pooling_as_printed_compares_once_too_often():
    """A window of four needs three comparisons: one too many in 27 windows."""
    net = Sequential([MaxPool2d(2)], (3, 6, 6))
    gap = p.forward_as_printed(net) + -1 * c.forward(net)
    assert gap == OpCount(27, 0, 0)


def test_convolution_as_printed_charges_channels():
    """γ per kernel, channel and position where ReLU has none; too few additions."""
    net = Sequential([Conv2d(2, 3, 3, stride=2), Activation(relu)], (2, 7, 6))
    printed, right = p.forward_as_printed(net), c.forward(net)
    assert printed == OpCount(36, 324, 36)
    assert right == OpCount(342, 324, 0)


def test_lengths_as_printed_are_not_whole():
    """MNIST: 13.5, 14.5 with a border; the network has 13 and 14."""
    assert p.length_as_printed(28, 3, 2) == 13.5
    assert p.length_as_printed(28, 3, 2, 1) == 14.5
    assert mnist_network().output_shapes[0] == (4, 13, 13)
    assert mnist_network(1).output_shapes[0] == (4, 14, 14)
    assert p.length_as_printed(15, 5, 5) == 3  # Fig. 10 is exact


def test_adam_as_printed_grows_with_the_iteration():
    """Powers taken anew: 2 β per weight and iteration; the counted step is constant."""
    net = iris_network()
    one, two, ten = (p.adam_as_printed(net, 1, k).mul for k in (1, 2, 10))
    assert two - one == (ten - two) / 8 == 2 * (16 + 16 + 12)
    assert c.adam_update(55, 10) == 10 * c.adam_update(55)


def test_adam_as_printed_forgets_the_batch():
    """Only the output row knows the number of objects."""
    net = iris_network()
    one, two = (p.adam_as_printed(net, N) for N in (1, 2))
    assert two + -1 * one == 4 * 3 * OpCount(10, 13 + 2, 2)
    # Hidden row: δ charged per weight, not per unit.
    assert p.adam_as_printed(net, 1, 1, 2) + -1 * p.adam_as_printed(
        net, 1, 1, 1
    ) == 16 * OpCount(10 + 12, 15 + 12 + 2, 2)


def test_adam_as_printed_convolution():
    """Row 7 by hand, four kernels 2 × 2 on one position: no root."""
    row = p.adam_as_printed(iris_network(), 1, 1, 1)
    response = OpCount(4, 16, 4)
    assert row == 16 * (OpCount(7, 9 + 2, 0) + response)


def test_jacobian_as_printed():
    """The output row agrees with the count; row i exceeds the right entries."""
    widths, R = (4, 4, 4, 3), 450
    net = mlp(4, 4, 4, 3)
    only = c.jacobian(net, 150, boundary=1)
    # Beside f′ of the outputs the last layer costs what is printed.
    assert only + -150 * 3 * OpCount(1, 1, 0) == p.jacobian_output_as_printed(4, R)
    assert p.jacobian_layer_as_printed(widths, 1, R).mul == R * 2 * 4 * 16
    assert p.jacobian_layer_as_printed(widths, 3, R).mul == R * 2 * 3 * 16 * 33
    right = R * 4 * 4  # products for the entries of layer 2
    assert p.jacobian_layer_as_printed(widths, 2, R).mul == 136 * right


def test_normal_equations_as_printed():
    """l^1.5 ln l + l^2.37 carry no weight, and there is no solve."""
    count = p.normal_equations_as_printed(450, 55)
    assert (count.add, count.mul, count.nonlin) == (450, 450, 0)
    assert count.unweighted == pytest.approx(450**1.5 * math.log(450) + 450**2.37)
    assert count.ticks() < c.normal_equations(450, 55).ticks() / 8


def test_totals_as_printed():
    """Iris, one batch of 150: 1.4e8 ticks for LM, ten times Table 2."""
    iris = iris_network()
    lm, hybrid, adam = (p.epoch_as_printed(iris, 150, O) for O in (3, 2, 0))
    assert lm.ticks() == pytest.approx(1.4e8, rel=0.01)
    assert lm.ticks() / p.TABLE_2["Levenberg-Marquardt"][0] == pytest.approx(
        9.5, abs=0.1
    )
    assert lm.ticks() > hybrid.ticks() > adam.ticks()
    # eᵀe as a matrix product is a quarter of it.
    assert 450**2.37 * 20 / lm.ticks() == pytest.approx(0.28, abs=0.01)


def test_attempts_as_printed_cost_no_solve():
    """Each further trial point: printed almost free of T, counted with a T³ solve."""
    iris = iris_network()
    more = [f(iris, 10, 3, attempts=2) for f in (p.epoch_as_printed, c.epoch)]
    once = [f(iris, 10, 3, attempts=1) for f in (p.epoch_as_printed, c.epoch)]
    printed, right = (a + -1 * b for a, b in zip(more, once, strict=True))
    assert right == c.attempt(30, 55, c.forward(iris, 10))
    assert right.ticks() > c.cholesky(55).ticks()
    assert printed.nonlin == p.forward_as_printed(iris, 10).nonlin


# --------------------------------------------------------------------------------
# Corrected totals, claims, figures


def test_iris_epochs_counted():
    """Forward 259 500 ticks, Adam 0.583 M, LM 19.1 M (Jᵀ J 16.6), hybrid 8.37 M."""
    iris = iris_network()
    adam, hybrid, lm = (c.epoch(iris, 150, O).ticks() for O in (0, 2, 3))
    assert c.forward(iris, 150).ticks() == 259500
    assert (adam, hybrid, lm) == (582958, 8365398, 19110790)
    jtj = c.normal_equations(450, 55).ticks() * 1540 / 1595
    assert jtj == pytest.approx(16.6e6, rel=0.01)


def test_hybrid_costs_more_than_adam():
    """Per epoch 14 times as much, 0.44 of LM; Table 2 says 6.48 and 0.836."""
    iris = iris_network()
    adam, hybrid, lm = (c.epoch(iris, 150, O).ticks() for O in (0, 2, 3))
    assert hybrid / adam == pytest.approx(14.35, abs=0.01)
    assert hybrid / lm == pytest.approx(0.438, abs=0.001)
    assert lm / adam == pytest.approx(32.8, abs=0.1)
    ticks = {name: row[0] for name, row in p.TABLE_2.items()}
    assert ticks["hybrid"] / ticks["Adam"] == pytest.approx(6.48, abs=0.005)
    assert ticks["hybrid"] / ticks["Levenberg-Marquardt"] == pytest.approx(
        0.836, abs=5e-4
    )
    assert ticks["Levenberg-Marquardt"] / ticks["Adam"] == pytest.approx(
        7.75, abs=0.005
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_boundary_adapts_the_cost(name):
    """More layers by second order, more operations."""
    costs = [c.epoch(NETWORKS[name], 10, O).ticks() for O in range(LAYERS[name] + 1)]
    assert costs == sorted(costs)
    assert costs[0] < costs[-1]


def test_mnist_hybrid_epoch_is_38_of_adam():
    """20 epochs are 754 of Adam in operations, not 4000; all LM 106."""
    net = mnist_network()
    assert [mnist_network(padding).size for padding in (0, 1)] == [560, 740]
    adam, hybrid, lm = (c.epoch(net, 60000, O).ticks() for O in (0, 3, 5))
    assert hybrid / adam == pytest.approx(37.7, abs=0.1)
    assert lm / adam == pytest.approx(106.4, abs=0.1)


def test_figure_9():
    """Printed estimate and counted operations: both linear, a factor of two apart."""
    net, objects = iris_network(), (10, 30, 50, 70, 90)
    printed = np.array([p.epoch_as_printed(net, n, 0).ticks() for n in objects])
    right = np.array([c.epoch(net, n, 0).ticks() for n in objects])
    for line in (printed, right):
        assert len(set(np.diff(line))) == 1
    assert printed.max() < 1e6  # the figure's axis
    np.testing.assert_allclose(printed / right, 2, atol=0.03)
    assert [run_epoch(net, 0, n)[1].ticks() for n in (10, 30)] == list(right[:2])


def test_figure_10():
    """LM > hybrid > Adam on the whole grid; cubic in the hidden neurons, but Adam."""
    grid = np.array(
        [
            [
                [c.epoch(figure_10_network(h), n, O).ticks() for O in (3, 2, 0)]
                for h in (2, 10, 100, 1000)
            ]
            for n in (1, 10, 100)
        ]
    )
    lm, hybrid, adam = np.moveaxis(grid, 2, 0)
    assert (lm > hybrid).all()
    assert (hybrid > adam).all()
    assert hybrid[0, 3] / hybrid[0, 2] == pytest.approx(1000, rel=0.05)
    assert adam[0, 3] / adam[0, 2] < 10
    assert p.epoch_as_printed(figure_10_network(2), 100, 3).ticks() > 1000 * lm[2, 0]


def test_figure_10_network_has_89_parameters():
    """15 × 10 to 3 × 2 × 3 to 1 × 1 × 3; 11 of them in the classifier."""
    net = figure_10_network()
    assert net.output_shapes[0] == (3, 3, 2)
    assert net.output_shapes[2] == (3, 1, 1)
    assert net.size == 89
    assert c.parameters_from(net, c.start_of(net, 2)) == 11


# --------------------------------------------------------------------------------
# Equation (38) and Table 2

TIMES = [
    # row, (38) with 0.75, with 0.5, V that fits
    ("recognition", 1.777e-8, 2.665e-8, 0.513),
    ("Adam", 1.546e-5, 2.320e-5, 0.502),
    ("Levenberg-Marquardt", 1.199e-4, 1.799e-4, 0.502),
    ("hybrid", 1.002e-4, 1.503e-4, 0.626),
]


@pytest.mark.parametrize(("name", "stated", "half", "share"), TIMES)
def test_times_of_table_2(name, stated, half, share):
    """No printed time follows from V = 0.75; all but the hybrid's from 0.5."""
    ticks, printed = p.TABLE_2[name]
    assert p.seconds(ticks) == pytest.approx(stated, rel=1e-3)
    assert p.seconds(ticks, share=0.5) == pytest.approx(half, rel=1e-3)
    assert ticks / (p.PEAK * printed) == pytest.approx(share, abs=1e-3)
    assert printed != pytest.approx(stated, rel=0.1)
    assert (printed == pytest.approx(half, rel=0.03)) == (name != "hybrid")


def test_hybrid_time_belongs_to_the_row_above():
    """1.20e-4 s is what V = 0.75 makes of Levenberg-Marquardt's ticks."""
    lm, hybrid = (p.TABLE_2[name] for name in ("Levenberg-Marquardt", "hybrid"))
    assert round(p.seconds(lm[0]), 6) == hybrid[1]
    assert hybrid[1] / lm[1] == pytest.approx(0.67, abs=0.005)  # by ticks 0.836


def test_ticks_of_table_2_do_not_follow():
    """2172 less eleven γ is no multiple of 4; 12 252 313 is odd; 1918 is printed."""
    recognition, hybrid = p.TABLE_2["recognition"][0], p.TABLE_2["hybrid"][0]
    assert (recognition - (4 + 4 + 3) * 70) % 4 == 2
    assert hybrid % 2 == 1  # every whole count of α, β, γ is even
    iris = iris_network()
    assert p.forward_as_printed(iris).ticks() == 1918 != recognition
    assert c.forward(iris).ticks() == 1730 != recognition
    adam = p.TABLE_2["Adam"][0]
    for N in (1, 150):
        ticks = [p.epoch_as_printed(iris, N, 0, k=k).ticks() for k in range(1, 200)]
        assert adam not in ticks
        for name, O in (("Levenberg-Marquardt", 3), ("hybrid", 2)):
            ticks = [p.epoch_as_printed(iris, N, O, A).ticks() for A in range(1, 11)]
            assert min(abs(np.array(ticks) / p.TABLE_2[name][0] - 1)) > 0.1


def test_dimension_of_38():
    """Ticks over flop/s are no seconds: 2172 ticks take 0.64 µs, not 0.018."""
    assert p.PEAK == pytest.approx(6 * 3.4e9 * 8, rel=2e-3)
    by_clock = p.seconds(2172, peak=3.4e9, share=1)  # ticks per second, one core
    assert by_clock == pytest.approx(6.4e-7, rel=5e-3)
    assert by_clock / p.seconds(2172) == pytest.approx(36, abs=0.1)


# --------------------------------------------------------------------------------
# Refusals


def test_refusals():
    """Shares outside (0, 1], boundaries, layers and windows that have no count."""
    for share in (0.0, -0.1, 1.1):
        with pytest.raises(ValueError, match="share"):
            p.seconds(1, share=share)
    with pytest.raises(ValueError, match="boundary: expected 0 to 3; got 4"):
        c.epoch(iris_network(), 1, 4)
    with pytest.raises(ValueError, match="logistic, relu or identity"):
        c.forward(Sequential([Dense(2, 2), Activation(tanh)]))
    with pytest.raises(ValueError, match="expected layers"):
        c.forward(Sequential([Dense(2, 2), Dropout(0.5)]))
    overlap = [Conv2d(1, 1, 1), MaxPool2d(2, stride=1), Flatten(), Dense(4, 1)]
    with pytest.raises(ValueError, match="side by side"):
        c.gradient(Sequential(overlap, (1, 3, 3)))
    with pytest.raises(ValueError, match="Dense output"):
        c.jacobian(Sequential([Conv2d(1, 1, 1)], (1, 3, 3)))
