"""Threshold units, perceptron, stochastic unit, and what layers can separate."""

from itertools import pairwise, permutations, product

import numpy as np
import pytest

from course_lib.activations import logistic
from course_lib.networks.demonstrations import (
    collapse,
    convex,
    count_pieces,
    intervals,
    l_shape,
    opposite_sum,
    plus,
    run_threshold_net,
    tent,
    tent_network,
    union,
    xor,
)
from course_lib.neurons.mcculloch_pitts import (
    McCullochPitts,
    boolean_functions,
    separating_unit,
    threshold_unit,
)
from course_lib.neurons.perceptron import mistake_bound, predict, train_perceptron
from course_lib.neurons.stochastic import (
    sample,
    score_gradient,
    straight_through_gradient,
)
from tests.course_lib.array_kinds import KINDS, back, make

BITS = np.array(list(product((0, 1), repeat=2)))
CLOUD = np.random.default_rng(3).uniform(-3, 3, (4000, 2))


# McCulloch and Pitts ----------------------------------------------------------------


def test_one_inhibitory_input_silences_the_unit():
    """Absolute inhibition: no amount of excitation helps, unlike a weight of −1."""
    unit = McCullochPitts(1, excitatory=(0, 1), inhibitory=(2,))
    x = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]])
    assert unit(x).tolist() == [0, 1, 1, 0]
    assert threshold_unit(x, [1, 1, -1], -1).tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize(
    "unit, table",
    [
        (McCullochPitts(2, (0, 1)), [0, 0, 0, 1]),
        (McCullochPitts(1, (0, 1)), [0, 1, 1, 1]),
        (McCullochPitts(0, (), (0, 1)), [1, 0, 0, 0]),
        (McCullochPitts(1, (1,), (0,)), [0, 1, 0, 0]),
    ],
)
def test_logical_functions(unit, table):
    """AND, OR, NOR and "second but not first" are one unit each."""
    assert unit(BITS).tolist() == table


@pytest.mark.parametrize("n, expected", [(1, 4), (2, 14), (3, 104)])
def test_number_of_separable_boolean_functions(n, expected):
    """4 of 4, 14 of 16 and 104 of 256; for two inputs XOR and its negation fail."""
    found = list(boolean_functions(n))
    assert sum(separable for _, separable in found) == expected
    assert len(found) == 2**2**n
    if n == 2:
        missing = [table.tolist() for table, separable in found if not separable]
        assert missing == [[0, 1, 1, 0], [1, 0, 0, 1]]


def test_number_of_separable_functions_of_four_bits():
    """1882 of 65 536: found by whole weights up to 3, and no class is left over.

    Permuting or negating inputs, or negating the output, does not change whether one
    unit can do it, so one linear program per class of functions decides all of them.
    """
    corners = np.array(list(product((0, 1), repeat=4)))
    sums = corners @ np.array(list(product(range(-3, 4), repeat=4))).T
    place = 1 << np.arange(16)
    found = np.unique([place @ (sums > c) for c in np.arange(-12.5, 13)])
    assert len(found) == 1882
    tables, bit = np.arange(2**16, dtype=np.uint16), np.arange(16, dtype=np.uint16)
    smallest = tables.copy()  # the class's representative
    for order in permutations(range(4)):
        for flip in corners:
            moved = np.zeros_like(tables)
            rows = (corners[:, order] ^ flip) @ [8, 4, 2, 1]
            for here, there in zip(bit, rows.astype(np.uint16), strict=True):
                moved |= (tables >> there & 1) << here
            smallest = np.minimum(smallest, np.minimum(moved, ~moved))
    classes = np.unique(smallest)
    assert len(classes) == 222
    can = [
        separating_unit(corners, c >> np.arange(16) & 1) is not None for c in classes
    ]
    assert np.isin(smallest, classes[can]).sum() == 1882


def test_separating_unit_separates():
    """The unit found puts every point strictly on its side."""
    labels = (CLOUD[:200] @ [2.0, -1.0] > 0.3).astype(int)
    w, b, slack = separating_unit(CLOUD[:200], labels)
    assert slack > 0
    assert (threshold_unit(CLOUD[:200], w, b) == labels).all()


@pytest.mark.parametrize("unit", [1e-10, 1e-4, 1e3, 1e10])
def test_separable_in_any_unit(unit):
    """Metres or nanometres: AND stays separable, XOR not, and the gap is the same."""
    assert separating_unit(unit * BITS, [0, 1, 1, 0]) is None
    w, b, slack = separating_unit(unit * BITS, [0, 0, 0, 1])
    assert (threshold_unit(unit * BITS, w, b) == [0, 0, 0, 1]).all()
    assert slack == pytest.approx(unit / 2, rel=1e-6)


# Perceptron -------------------------------------------------------------------------


def test_novikoff_bound_holds():
    """Thirty random separable problems: mistakes never exceed (R/γ)²."""
    rng = np.random.default_rng(0)
    worst = 0.0
    for _ in range(30):
        x = rng.normal(size=(30, 2))
        t = np.where(x @ rng.normal(size=2) + 0.3 * rng.normal() > 0, 1, -1)
        if len(set(t)) == 1:
            continue
        result, bound = train_perceptron(x, t, 10_000), mistake_bound(x, t)
        assert result.separates and (predict(result.w, x) == t).all()
        worst = max(worst, result.mistakes / bound)
    assert 0 < worst <= 1


def test_threshold_is_the_weight_of_a_constant_input():
    """⟨(−1, x), (w₀, w)⟩ = ⟨x, w⟩ − w₀: the same answers, and others without it."""
    x, w, w0 = BITS - 0.25, np.array([1.0, 0.5]), 0.6
    longer = np.column_stack([-np.ones(4), x]), np.array([w0, *w])
    np.testing.assert_allclose(longer[0] @ longer[1], x @ w - w0)
    assert (threshold_unit(*longer, 0) == threshold_unit(x, w, -w0)).all()
    assert (threshold_unit(x, w, 0) != threshold_unit(x, w, -w0)).any()


def test_bound_of_a_problem_done_by_hand():
    """x = ±1 with labels ±1: R² = 2, widest margin 1 along (1, 0), bound 2."""
    assert mistake_bound([[1.0], [-1.0]], [1, -1]) == pytest.approx(2, rel=1e-6)


@pytest.mark.parametrize("gap", [1e-3, 1e-4, 1.0, 100.0])
def test_bound_where_training_would_take_for_ever(gap):
    """0 and ``gap`` on the line: γ² = 1 / (1 + 4 / gap²), however small the gap."""
    bound = (1 + gap**2) * (1 + 4 / gap**2)
    assert mistake_bound([[0.0], [gap]], [-1, 1]) == pytest.approx(bound, rel=1e-5)


def test_perceptron_never_stops_on_xor():
    """XOR cannot be separated: mistakes in every pass, an infinite bound."""
    t = [-1, 1, 1, -1]
    result = train_perceptron(BITS, t, passes=200)
    assert not result.separates and result.mistakes >= 200
    assert mistake_bound(BITS, t) == float("inf")
    assert np.linalg.norm(result.path, axis=1).max() < 4  # bounded: it cycles


def test_scale_of_the_weights_does_not_matter():
    """From w = 0 a learning rate only scales w: inputs and constant times 3."""
    x, t = CLOUD[:50], np.where(CLOUD[:50] @ [1.0, 0.4] > 0.2, 1, -1)
    ours = train_perceptron(x, t)
    w, mistakes = np.zeros(3), 0
    rows = np.hstack([x, np.ones((50, 1))])
    for _ in range(ours.passes):
        for row, label in zip(rows, t, strict=True):
            if label * (w @ row) <= 0:
                w, mistakes = w + 3.0 * label * row, mistakes + 1
    assert mistakes == ours.mistakes
    np.testing.assert_allclose(w, 3 * ours.w, rtol=1e-12)


def test_perceptron_is_scikit_learns():
    """The same weights as sklearn's Perceptron in the same order of samples."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    x = CLOUD[:100]
    t = np.where(x @ [1.0, 0.4] > 0.2, 1, -1)
    ours = train_perceptron(x, t)
    theirs = linear_model.Perceptron(tol=None, shuffle=False, max_iter=ours.passes)
    theirs.fit(x, t)
    w = np.append(theirs.coef_[0], theirs.intercept_)
    np.testing.assert_allclose(ours.w, w, rtol=1e-12)


# Stochastic unit --------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_stochastic_unit_fires_with_its_probability(kind):
    """20 000 draws lie within five standard errors of p, and every kind draws alike."""
    s = make(kind, np.repeat([[-2.0, 0.0, 1.0]], 20_000, axis=0))
    y = sample(s, np.random.default_rng(1))
    p = logistic(np.array([-2.0, 0.0, 1.0]))
    assert (abs(back(y).mean(0) - p) < 5 * np.sqrt(p * (1 - p) / 20_000)).all()
    assert set(np.unique(back(y))) == {0.0, 1.0}


def test_score_function_is_unbiased_and_straight_through_is_not():
    """f(y) = (y − 0.3)²: slope of the mean (f(1) − f(0)) p (1 − p)."""
    s = np.full(40_000, 0.4)
    p = logistic(0.4)
    exact = (0.49 - 0.09) * p * (1 - p)

    def f(y):
        return (y - 0.3) ** 2

    plain = score_gradient(f, s, np.random.default_rng(0))
    based = score_gradient(f, s, np.random.default_rng(0), baseline=0.3)
    for estimate in (plain, based):
        assert abs(estimate.mean() - exact) < 5 * estimate.std() / 200
    assert based.std() < 0.5 * plain.std()
    through = straight_through_gradient(
        lambda y: 2 * (y - 0.3), s, np.random.default_rng(0)
    )
    assert abs(through.mean() - exact) > 5 * through.std() / 200


# Layers -----------------------------------------------------------------------------


def test_xor_needs_one_hidden_layer():
    """Two hidden units compute XOR; the linear program says one unit cannot."""
    assert run_threshold_net(xor(), BITS).tolist() == [0, 1, 1, 0]
    assert separating_unit(BITS, [0, 1, 1, 0]) is None


def test_and_output_gives_the_polyhedron():
    """A triangle: the net agrees with its three inequalities at 4000 points."""
    W, b = np.array([[1.0, 0], [0, 1], [-1, -1]]), np.array([1.0, 1, 1])
    inside = (CLOUD @ W.T + b >= 0).all(axis=1)
    assert (run_threshold_net(convex(W, b), CLOUD) == inside).all()
    assert 0 < inside.sum() < len(inside)


def test_two_layers_give_regions_that_are_not_convex():
    """An L, a plus and two intervals: inside points whose midpoint is outside."""
    assert (run_threshold_net(l_shape(), CLOUD) == (CLOUD >= 0).any(axis=1)).all()
    arms = (abs(CLOUD) <= 1).any(axis=1)
    assert (run_threshold_net(plus(), CLOUD) == arms).all()
    for net, a, b in (
        (l_shape(), [-3, 1], [1, -3]),
        (plus(), [0, 2.5], [2.5, 0]),
        (intervals(), [0.5], [2.5]),
    ):
        ends = np.array([a, b], float)
        assert run_threshold_net(net, ends).all()
        assert not run_threshold_net(net, ends.mean(axis=0, keepdims=True)).any()
    line = np.array([[-1.0], [0.5], [1.5], [2.5], [3.5]])
    assert run_threshold_net(intervals(), line).tolist() == [0, 1, 0, 1, 0]


def test_three_layers_give_any_union_of_polyhedra():
    """A square and a triangle apart from it: exact at 4000 points."""
    square = np.vstack([np.eye(2), -np.eye(2)]), np.array([2.5, 2.5, -1.0, -1.0])
    triangle = np.array([[1.0, 0], [0, 1], [-1, -1]]), np.array([0.0, 0, 2])
    inside = [(CLOUD @ W.T + b >= 0).all(axis=1) for W, b in (square, triangle)]
    net = union([square, triangle])
    assert (run_threshold_net(net, CLOUD) == (inside[0] | inside[1])).all()
    assert inside[0].any() and inside[1].any()


def test_quadrants_are_out_of_reach_of_one_hidden_layer():
    """Near 0 the sum over p and −p is one constant, whatever the 40 hidden units."""
    rng = np.random.default_rng(2)
    W = rng.normal(size=(40, 2))
    b = np.where(rng.random(40) < 0.5, 0, rng.normal(size=40))
    v = rng.normal(size=40)
    p = rng.normal(size=(500, 2))
    total = opposite_sum((W, b), v, p / np.linalg.norm(p, axis=1)[:, None], 1e-6)
    assert np.ptp(total) < 1e-12
    far = opposite_sum((W, b), v, p, 1.0)
    assert np.ptp(far) > 0.1


def test_quadrants_need_two_hidden_layers():
    """Three layers of seven units give {x y >= 0} exactly; XOR's points need two."""
    net = union([(np.eye(2), np.zeros(2)), (-np.eye(2), np.zeros(2))])
    assert sum(len(b) for _, b in net) == 7
    assert (run_threshold_net(net, CLOUD) == (CLOUD.prod(axis=1) >= 0)).all()


def test_linear_network_collapses_with_its_biases():
    """Three linear layers equal one; a width of 2 limits its rank to 2."""
    rng = np.random.default_rng(1)
    widths = [5, 6, 2, 4]
    layers = [
        (rng.normal(size=(m, n)), rng.normal(size=m)) for n, m in pairwise(widths)
    ]
    W, b = collapse(layers)
    x = rng.normal(size=(10, 5))
    y = x
    for W_l, b_l in layers:
        y = y @ W_l.T + b_l
    np.testing.assert_allclose(x @ W.T + b, y, atol=1e-13)
    assert np.linalg.matrix_rank(W) == 2


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5, 6])
def test_tent_has_two_to_the_depth_pieces(depth):
    """2, 4, ..., 64 linear pieces from 2, 4, ..., 12 ReLU units."""
    assert count_pieces(tent_network(depth), 0, 1, 128) == 2**depth
    x = np.linspace(0, 1, 9)
    np.testing.assert_allclose(tent(x), 1 - abs(2 * x - 1))


def test_refusals():
    """Inputs that are not binary, labels that are not ±1, layers that do not fit."""
    with pytest.raises(ValueError, match="x: expected zeros and ones"):
        McCullochPitts(1, (0,))([[0.5, 1]])
    with pytest.raises(ValueError, match=r"a column for each of the inputs \[0, 3\]"):
        McCullochPitts(1, (0,), (3,))(BITS)
    with pytest.raises(ValueError, match="x, w, b: expected finite"):
        threshold_unit([[np.nan, 0]], [1, 1], 0)
    with pytest.raises(ValueError, match="x: expected finite numbers, not empty"):
        separating_unit(np.empty((0, 2)), [])
    with pytest.raises(ValueError, match="w: expected one weight per column"):
        threshold_unit(BITS, [1, 1, 1], 0)
    with pytest.raises(ValueError, match="labels"):
        separating_unit(BITS, [1, -1, 1, 1])
    with pytest.raises(ValueError, match="n: expected 1, 2 or 3"):
        next(boolean_functions(4))
    with pytest.raises(ValueError, match=r"t: expected 4 labels of -1 and \+1"):
        train_perceptron(BITS, [0, 1, 1, 0])
    with pytest.raises(ValueError, match="x: expected finite"):
        train_perceptron([[np.nan]], [1])
    with pytest.raises(ValueError, match="3 outputs is followed by one of 2"):
        collapse([(np.ones((3, 2)), np.ones(3)), (np.ones((2, 2)), np.ones(2))])
    with pytest.raises(ValueError, match="depth"):
        tent_network(0)
    with pytest.raises(ValueError, match="polyhedra"):
        union([])
    with pytest.raises(ValueError, match="layers"):
        collapse([])
