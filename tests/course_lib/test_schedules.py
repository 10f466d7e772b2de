"""Schedules against torch's, at their ends, and the range test on known curvature."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib import schedules as s
from course_lib.objectives import Function
from course_lib.optim import Adam, GradientDescent, Momentum
from course_lib.training import minimize

SHARES = np.linspace(0, 1, 21)


def rates(schedule):
    return np.array([schedule(share)["learning_rate"] for share in SHARES])


def test_one_cycle_is_torchs():
    """Rate and momentum of every step equal torch's OneCycleLR."""
    torch = pytest.importorskip("torch")
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=0.9)
    theirs = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=50)
    ours = s.one_cycle(0.1)
    for k in range(49):
        # torch's phases end at steps 0.3 · 50 − 1 and 49
        share = 0.3 * k / 14 if k <= 14 else 0.3 + 0.7 * (k - 14) / 35
        found = ours(share)
        group = optimizer.param_groups[0]
        assert found["learning_rate"] == pytest.approx(group["lr"], rel=1e-9)
        assert found["mu"] == pytest.approx(group["momentum"], rel=1e-9)
        optimizer.step()
        theirs.step()


def test_cosine_is_torchs():
    """CosineAnnealingLR at 20 steps."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 20, eta_min=0.01)
    for rate in rates(s.cosine(0.3, last=0.01)):
        assert rate == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9)
        optimizer.step()
        theirs.step()


def test_cyclic_is_torchs():
    """CyclicLR over two triangles of 20 steps, its momentum the other way."""
    torch = pytest.importorskip("torch")
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=0.9)
    theirs = torch.optim.lr_scheduler.CyclicLR(optimizer, 0.1, 1.0, 10)
    ours = s.over(s.cyclic(0.1, 1.0, cycles=2, momentum=(0.9, 0.8)), 40)
    for k in range(40):
        group = optimizer.param_groups[0]
        assert ours(k)["learning_rate"] == pytest.approx(group["lr"], rel=1e-9)
        assert ours(k)["mu"] == pytest.approx(group["momentum"], rel=1e-9)
        optimizer.step()
        theirs.step()
    assert "mu" not in s.cyclic(0.1, 1.0)(0.5)


def test_shapes_at_ends_and_middles():
    """Triangles, stairs, warm-up and the one-cycle's two ends."""
    assert rates(s.cyclic(0.1, 1.0))[[0, 10, 20]] == pytest.approx([0.1, 1, 0.1])
    two = rates(s.cyclic(0.1, 1.0, cycles=2))
    assert two[[5, 10, 15]] == pytest.approx([1, 0.1, 1])
    stairs = rates(s.step_decay(0.8, 0.5, drops=3))
    assert sorted(set(stairs)) == [0.1, 0.2, 0.4, 0.8] and (np.diff(stairs) <= 0).all()
    warm = rates(s.cosine(1.0, warmup=0.2))
    assert warm[0] == 0 and warm[4] == pytest.approx(1) and warm[20] == pytest.approx(0)
    cycle = rates(s.one_cycle(1.0))
    assert cycle[0] == pytest.approx(1 / 25) and cycle[6] == pytest.approx(1)
    assert cycle[20] == pytest.approx(1 / 25e4)
    assert "mu" not in s.one_cycle(1.0, momentum=None)(0.5)
    assert (rates(s.constant(0.3)) == 0.3).all()


@pytest.mark.parametrize(
    "t, rate, mu",
    [
        *((0, 0.1, 0.95), (15, 0.4, 0.91667), (45, 1.0, 0.85), (60, 0.7, 0.88333)),
        *((90, 0.1, 0.95), (95, 0.0505, 0.95), (99, 0.0109, 0.95)),
    ],
)
def test_one_cycle_of_the_paper(t, rate, mu):
    """Seven of a hundred steps of 0.1 to 1 and back, then down to a hundredth."""
    found = s.one_cycle_linear(0.1, 1.0)(t / 100)
    assert found["learning_rate"] == pytest.approx(rate, abs=1e-12)
    assert found["mu"] == pytest.approx(mu, abs=1e-5)


def test_schedule_drives_a_run():
    """minimize replaces rate and momentum at every step; past the end it stays."""
    bowl = Function(lambda th: th @ th / 2, lambda th: th)
    schedule = s.over(s.one_cycle(0.5), 40)
    run = minimize(bowl, np.ones(3), Momentum(0.1), iterations=40, schedule=schedule)
    theta, state = np.ones(3), Momentum(0.1).init(np.ones(3))
    for k in range(40):  # the same by hand
        theta, state = replace(Momentum(0.1), **schedule(k)).update(theta, theta, state)
    np.testing.assert_array_equal(run.theta, theta)
    assert schedule(400) == schedule(40)
    assert replace(Momentum(0.1), **schedule(12)).mu == pytest.approx(0.85)


def test_range_test_finds_the_stable_rate():
    """Curvatures up to 10: the loss explodes soon above 2/10, and not before."""
    h = np.array([1.0, 10.0])
    found = s.range_test(
        lambda th, k: (th @ (h * th) / 2, h * th),
        np.ones(2),
        GradientDescent(1.0),
        low=1e-3,
        high=10.0,
        steps=120,
        smoothing=0.5,
    )
    assert 0.2 < found.diverged < 1.0
    assert 1e-3 < found.steepest < 0.2 and found.tenth < 0.2
    assert len(found.rates) == len(found.losses) < 120


def test_range_test_changes_nothing():
    """θ and the rule are as before; a second test gives the same numbers."""
    theta, rule = np.ones(2), Adam(0.1)

    def quadratic(th, k):
        return th @ th / 2, th

    first = s.range_test(quadratic, theta, rule, steps=30)
    assert (theta == 1).all() and rule == Adam(0.1)
    np.testing.assert_array_equal(
        first.losses, s.range_test(quadratic, theta, rule, steps=30).losses
    )


def test_range_test_survives_overflow():
    """A loss that becomes NaN ends the test; the rate is reported."""

    def nasty(th, k):
        return (np.nan if k > 10 else 1.0), th

    found = s.range_test(nasty, np.ones(1), GradientDescent(1.0), steps=30)
    assert len(found.rates) == 11 and np.isfinite(found.diverged)


def test_refusals():
    """Rates, shares and lengths out of range."""
    with pytest.raises(ValueError, match="rate: expected a positive"):
        s.one_cycle(0.0)
    with pytest.raises(ValueError, match="rise"):
        s.one_cycle(0.1, rise=1.0)
    with pytest.raises(ValueError, match="warmup"):
        s.cosine(0.1, warmup=1.0)
    with pytest.raises(ValueError, match="total"):
        s.over(s.constant(0.1), 0)
    with pytest.raises(ValueError, match="low < high"):
        s.range_test(
            lambda th, k: (0.0, th), np.ones(1), GradientDescent(1.0), 1.0, 0.1
        )
