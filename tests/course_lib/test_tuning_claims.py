"""What Table 1 of the paper on tuning says, against what its text says."""

import math
from dataclasses import replace

import numpy as np
import pytest

from course_lib.optim import Momentum
from course_lib.optim.gradient_descent import critical_rate
from course_lib.schedules import one_cycle_linear, step_decay
from course_lib.tuning import noise_scale, search_plan
from course_lib.tuning_as_printed import (
    BATCH,
    TABLE_1,
    TEXT,
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
