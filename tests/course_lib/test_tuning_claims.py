"""What Table 1 of the paper on tuning says, against what its text says."""

import math
from dataclasses import replace

import numpy as np
import pytest

from course_lib.activations import relu
from course_lib.datasets import digits
from course_lib.layers import Activation, BatchNorm, Dense, he_normal
from course_lib.losses import CrossEntropy
from course_lib.networks.sequential import Sequential
from course_lib.optim import Momentum
from course_lib.optim.gradient_descent import critical_rate
from course_lib.schedules import (
    constant,
    cosine,
    one_cycle_linear,
    range_test,
    step_decay,
)
from course_lib.training import batches
from course_lib.tuning import noise_scale, search_plan
from course_lib.tuning_as_printed import (
    BATCH,
    TABLE_1,
    TEXT,
    Row,
    difference,
    iterations,
    row,
)

RESNET, DENSENET, HUNDRED = (
    ("CIFAR-10", "ResNet"),
    ("CIFAR-10", "DenseNet"),
    ("CIFAR-100", "ResNet-56"),
)


def test_table_is_whole():
    """Eighteen rows, six per network, three of each policy, one decay for all."""
    assert len(TABLE_1) == 18
    for network in (RESNET, DENSENET, HUNDRED):
        rows = [each for each in TABLE_1 if each[:2] == network]
        assert [each.cycle for each in rows] == [False] * 3 + [True] * 3
    assert {each.weight_decay for each in TABLE_1} == {1e-4}
    assert "batch" not in Row._fields  # one for all, in the caption
    assert [each.mean for each in TABLE_1][::5] == [85.6, 88.7, 91.5, 61.4]


@pytest.mark.parametrize(
    "network, cycle, step, points, units",
    [
        (RESNET, 100, 100, 3.1, 4.3),
        (RESNET, 50, 200, 2.6, 4.1),
        (RESNET, 50, 800, -0.6, -0.7),
        (RESNET, 100, 800, -1.4, -1.7),
        (RESNET, 25, 800, -5.8, -5.8),
        (DENSENET, 100, 100, -0.9, -2.8),
        (HUNDRED, 25, 400, 0.4, 1.1),
        (HUNDRED, 100, 400, 5.3, 10.6),
    ],
)
def test_differences_by_hand(network, cycle, step, points, units):
    """One cycle minus step policy, in points and in units of their spread."""
    found = difference(row(*network, True, cycle), row(*network, False, step))
    assert found[0] == pytest.approx(points, abs=0.01)
    assert found[1] == pytest.approx(units, abs=0.06)


def test_iterations_are_epochs():
    """ "100 iterations" at batch 512 would be one epoch: epochs are meant."""
    assert iterations(1) == 98 and iterations(100) == 9800
    assert 100 * BATCH / 50_000 == pytest.approx(1.02, abs=0.01)


def test_proof_of_super_convergence_compares_the_wrong_row():
    """88.7 in 100 epochs is below 90.1 in 800; 89.5 in 50 is the row to quote."""
    slow = row(*RESNET, False, 800)
    assert difference(row(*RESNET, True, 100), slow)[0] < -1
    assert abs(difference(row(*RESNET, True, 50), slow)[1]) < 1


def test_no_run_of_800_epochs_on_cifar_100():
    """The 800 epochs that 25 are said to beat do not exist; on CIFAR-10 they win."""
    longest = max(each.epochs for each in TABLE_1 if each[:2] == HUNDRED)
    assert longest == 400 < TEXT["CIFAR-100 epochs said to be beaten"]
    with pytest.raises(ValueError, match="no row of Table 1"):
        row(*HUNDRED, False, 800)
    assert row(*RESNET, True, 25).mean < row(*RESNET, False, 800).mean - 5


def test_one_cycle_loses_on_densenet():
    """Its best row is below the step policy's worst."""
    of = {
        cycle: [r.mean for r in TABLE_1 if r[:2] == DENSENET and r.cycle is cycle]
        for cycle in (True, False)
    }
    assert max(of[True]) < min(of[False])


def test_text_and_table_disagree():
    """Momenta, decay and batch of DenseNet, rates of CIFAR-100, captions of Fig. 3."""
    dense, hundred = row(*DENSENET, True, 100), row(*HUNDRED, True, 25)
    assert dense.momenta != TEXT["DenseNet momenta"]
    assert dense.weight_decay not in TEXT["DenseNet weight decay"]
    assert TEXT["DenseNet batch of the search for decay"] != BATCH
    assert all(
        r.rates != TEXT["CIFAR-100 rates"]
        for r in TABLE_1
        if r[:2] == HUNDRED and r.cycle
    )
    assert hundred.rates != row(*HUNDRED, True, 100).rates
    assert (
        TEXT["WideNet rate in the caption of Fig. 3"]
        not in row(*RESNET, True, 100).rates[1:]
    )
    assert TEXT["DenseNet rate in the caption of Fig. 3"] < min(dense.rates)
    assert len(set(TEXT["CIFAR-10 networks"])) == 4  # names for one network


def test_choosing_on_the_test_data_flatters():
    """Nine alike settings, 1000 images: the best looks 1.4 points better than it is."""
    found = np.random.default_rng(0).binomial(1000, 0.9, (2000, 2, 9)) / 1000
    best = found[:, 0].argmax(axis=1)
    assert 0.012 < found[:, 0].max(axis=1).mean() - 0.9 < 0.015
    fresh = np.take_along_axis(found[:, 1], best[:, None], axis=1)
    assert fresh.mean() == pytest.approx(0.9, abs=1e-3)  # other data, asked once


def test_step_policy_is_not_determined():
    """Two places of the drops, one first rate: other ends, other sums of rates."""
    sums = [
        sum(step_decay(0.1, 0.1, drops)(k / 100)["learning_rate"] for k in range(100))
        for drops in (1, 3)
    ]
    assert sums[0] / sums[1] > 1.5
    assert all(len(r.rates) == 1 for r in TABLE_1 if not r.cycle)


def test_significance_needs_the_number_of_runs():
    """0.9 points on DenseNet: t is 2.8 with one run as unit, 6.4 with five."""
    rows = row(*DENSENET, True, 100), row(*DENSENET, False, 100)
    assert abs(difference(*rows)[1]) == pytest.approx(2.85, abs=0.01)
    assert abs(difference(*rows, n=5)[1]) == pytest.approx(6.36, abs=0.01)


def test_baseline_of_cifar_100_is_twenty_times_slower():
    """0.005 against a cycle from 0.1: the noise scales differ by that factor."""
    step, cycle = row(*HUNDRED, False, 100), row(*HUNDRED, True, 25)
    scales = [noise_scale(r.rates[0], 50_000, BATCH, 0.9) for r in (step, cycle)]
    assert scales[1] / scales[0] == pytest.approx(20)
    assert cycle.rates[1] / step.rates[0] == pytest.approx(100)


def test_checklist_is_two_grids_of_one_factor():
    """Batch, momentum and decay are lists of values to try: ten to eleven runs."""
    for depth, data, runs in (("deep", "complex", 11), ("shallow", "simple", 10)):
        plan = search_plan(depth, data)
        tried = [
            len(s.get(k, ()))
            for s, k in zip(plan[1:], ("batch", "mu", "weight_decay"), strict=True)
        ]
        assert sum(tried) == runs


def _second_moments(rate, mu, curvature, noise, steps):
    """E[θ²] of heavy ball under noise of this variance: exact recursion."""
    A = np.array([[1 - rate * curvature, -rate * mu], [curvature, mu]])
    b = np.array([-rate, 1.0])
    M = np.zeros((2, 2))
    for _ in range(steps):
        M = A @ M @ A.T + noise * np.outer(b, b)
    return M[0, 0]


@pytest.mark.parametrize("mu", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
def test_noise_of_the_heavy_ball(mu, share):
    """Variance (1+μ)/(1−μ) · ησ²/(λ(2(1+μ) − ηλ)) for rates up to the limit."""
    h, s2 = 0.7, 0.3
    rate = share * critical_rate(mu, h)
    expected = (1 + mu) / (1 - mu) * rate * s2 / (h * (2 * (1 + mu) - rate * h))
    found = _second_moments(rate, mu, h, s2, 6000)
    assert found == pytest.approx(expected, rel=1e-6)


def test_decay_forgets_the_start_by_its_sum():
    """Without gradient the weights shrink by about exp(−Σ ηρ/(1−μ)) over a cycle."""
    schedule, T, rho = one_cycle_linear(0.1, 1.0), 2000, 1e-4
    rule, theta, total = Momentum(1.0, weight_decay=rho), np.ones(1), 0.0
    state = rule.init(theta)
    for k in range(T):
        now = replace(rule, **schedule(k / T))
        theta, state = now.update(theta, np.zeros(1), state)
        total += now.learning_rate * rho / (1 - now.mu)
    assert theta[0] == pytest.approx(math.exp(-total), rel=0.05)


# --------------------------------------------------------------------------------
# On a noisy quadratic, exactly


def _expected(schedule, steps=100, noise=1e-3):
    """Expected loss over nine curvatures from 0.01 to 1 at every step."""
    h = np.geomspace(0.01, 1, 9)
    M = np.zeros((9, 2, 2))
    M[:, 0, 0] = 1
    losses = []
    for k in range(steps):
        now = schedule(k / steps)
        rate, mu = now["learning_rate"], now.get("mu", 0.9)
        A = np.stack([np.stack([1 - rate * h, np.full(9, -rate * mu)], 1),
                      np.stack([h, np.full(9, mu)], 1)], 1)  # fmt: skip
        M = A @ M @ A.transpose(0, 2, 1) + noise * np.outer([-rate, 1], [-rate, 1])
        losses.append(float(h @ M[:, 0, 0] / 2))
    return np.array(losses)


def _cycle(top, momentum=(0.95, 0.85)):
    return one_cycle_linear(top / 10, top, momentum=momentum)


def test_schedules_widen_the_valley_of_good_rates():
    """Floors within a third of each other; cycle and cosine stand larger rates."""
    rates = np.geomspace(0.02, 3, 30)
    ends = {
        policy: np.array([_expected(policy(rate))[-1] for rate in rates])
        for policy in (constant, _cycle, cosine)
    }
    floor = ends[constant].min()
    for policy in (_cycle, cosine):
        assert 0.67 < ends[policy].min() / floor < 1
        assert rates[ends[policy].argmin()] > 2 * rates[ends[constant].argmin()]
        assert (ends[policy] < 2 * floor).sum() > (ends[constant] < 2 * floor).sum()


@pytest.mark.parametrize("top", [0.5, 1.0, 2.0])
def test_moving_momentum_is_not_better_than_a_small_one(top):
    """0.95 to 0.85 beats a constant 0.95, and not a constant 0.85."""
    moving, large, small = (
        _expected(_cycle(top, pair))[-1]
        for pair in ((0.95, 0.85), (0.95, 0.95), (0.85, 0.85))
    )
    assert moving < 0.7 * large and moving > 0.95 * small


def test_equal_rate_over_batch_is_equal_noise():
    """B and η doubled: the same loss per sample seen, to 10 %, far below the limit."""
    losses = [
        _expected(constant(0.01 * B), steps=400 // B, noise=1e-2 / B)[-1]
        for B in (1, 2)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=0.1)
    wrong = _expected(constant(0.01), steps=200, noise=5e-3)[-1]
    assert abs(wrong / losses[0] - 1) > 0.2


# --------------------------------------------------------------------------------
# On the digits, small


class _Digits:
    """1000 digits to train on, 300 to choose by."""

    def __init__(self):
        images, self.t = digits()
        self.x = images.reshape(len(images), 64)
        order = np.random.default_rng(0).permutation(len(self.x))
        self.train, self.valid = order[:1000], order[1000:1300]

    def network(self, depth=2, norm=True):
        layers = []
        for k in range(depth):
            layers.append(Dense(32 if k else 64, 32, he_normal))
            layers += [BatchNorm(32)] if norm else []
            layers.append(Activation(relu))
        return Sequential([*layers, Dense(32, 10)])

    def loss(self, net, rule, epochs, seeds=3, rows=None, batch=100, noise=0.0):
        """Median validation loss of several runs."""
        rows, found = self.train if rows is None else rows, []
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            theta = net.init(rng)
            state = rule.init(theta)
            for _ in range(epochs):
                for part in batches(len(rows), batch, rng):
                    x = self.x[rows[part]]
                    x = x + noise * rng.standard_normal(x.shape) if noise else x
                    g = net.value_and_gradient(
                        theta, x, self.t[rows[part]], CrossEntropy(), training=True
                    )[1]
                    theta, state = rule.update(theta, g, state)
            fixed = net.with_statistics(theta, self.x[rows])
            y = fixed.predict(theta, self.x[self.valid])
            found.append(CrossEntropy().value(y, self.t[self.valid]))
        return float(np.median(found))

    def range_test(self, net, seed=0):
        rng = np.random.default_rng(seed)
        theta = net.init(rng)

        def ask(theta, k):
            part = rng.choice(self.train, 100, replace=False)
            return net.value_and_gradient(
                theta, self.x[part], self.t[part], CrossEntropy(), training=True
            )

        with np.errstate(over="ignore", invalid="ignore"):
            return range_test(ask, theta, Momentum(1.0), 1e-3, 30.0, 100)


@pytest.fixture(scope="module")
def bench():
    return _Digits()


def test_range_test_reads_a_usable_rate(bench):
    """A tenth of the turning rate: within 60 % of the best of a grid of rates."""
    net = bench.network()
    read = float(np.median([bench.range_test(net, seed).tenth for seed in range(3)]))
    best = min(bench.loss(net, Momentum(rate), 5) for rate in (0.03, 0.1, 0.3, 1.0))
    assert bench.loss(net, Momentum(read), 5) < 1.6 * best


def test_largest_rate_depends_on_normalisation_more_than_on_depth(bench):
    """Turning rates: four plain layers below a fifth of four normalised ones."""

    def turn(depth, norm):
        net = bench.network(depth, norm)
        return np.median([10 * bench.range_test(net, seed).tenth for seed in range(3)])

    assert turn(4, False) < turn(4, True) / 4
    assert turn(4, False) < turn(1, False) / 4


def test_momenta_tie_at_equal_effective_rate(bench):
    """0 and 0.9 after five epochs: far apart at one rate, within 30 % at η/(1−μ)."""
    net = bench.network()
    same = [bench.loss(net, Momentum(0.1, mu), 5) for mu in (0.0, 0.9)]
    effective = [bench.loss(net, Momentum(1 - mu, mu), 5) for mu in (0.0, 0.9)]
    assert same[0] > 3 * same[1]
    assert effective[0] == pytest.approx(effective[1], rel=0.3)


def test_best_decay_falls_as_the_rate_rises(bench):
    """200 samples, 40 epochs: 0.01 beats 0.001 at rate 0.1 and loses at rate 1."""
    net, few = bench.network(), bench.train[:200]

    def loss(rate, decay):
        rule = Momentum(rate, weight_decay=decay)
        return bench.loss(net, rule, 40, rows=few, batch=50)

    assert loss(0.1, 1e-2) < loss(0.1, 1e-3)
    assert loss(1.0, 1e-2) > 1.3 * loss(1.0, 1e-3)


def test_deep_network_wants_more_decay_here(bench):
    """200 samples: 0.01 harms one plain layer and helps four."""
    few = bench.train[:200]

    def gain(depth):
        net = bench.network(depth, False)
        with_, without = (
            bench.loss(net, Momentum(0.03, weight_decay=d), 40, rows=few, batch=50)
            for d in (1e-2, 0.0)
        )
        return without / with_

    assert gain(1) < 1 < 1.2 < gain(4)


def test_noise_on_inputs_takes_over_from_decay(bench):
    """Decay 0.01 costs more with noisy inputs than without."""
    net, few = bench.network(), bench.train[:200]

    def price(noise):
        heavy, light = (
            bench.loss(
                net,
                Momentum(0.1, weight_decay=d),
                40,
                rows=few,
                batch=50,
                noise=noise,
            )
            for d in (1e-2, 3e-3)
        )
        return heavy / light

    assert price(0.3) > 1.1 * price(0.0)


def test_early_order_predicts_the_final_order_partly(bench):
    """Rank correlation with ten epochs: low after one, above a half after four."""
    from scipy.stats import kendalltau

    net, rng = bench.network(), np.random.default_rng(1)
    rules = [
        Momentum(10 ** rng.uniform(-2.5, 0.3), 1 - 10 ** rng.uniform(-2, -0.5))
        for _ in range(14)
    ]
    first, early, last = (
        [bench.loss(net, rule, epochs, seeds=1) for rule in rules]
        for epochs in (1, 4, 10)
    )
    assert kendalltau(first, last).statistic < kendalltau(early, last).statistic
    assert kendalltau(early, last).statistic > 0.4
