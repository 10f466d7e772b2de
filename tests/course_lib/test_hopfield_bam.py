"""Hopfield's and Kosko's memories: energies that never rise, and how much fits."""

from itertools import product

import numpy as np
import pytest

from course_lib.networks import bam, hopfield

RNG = np.random.default_rng(0)


def signs(*shape, seed=0):
    return np.random.default_rng(seed).choice([-1.0, 1.0], size=shape)


# Hopfield ---------------------------------------------------------------------------


def test_energy_never_rises_and_is_tracked():
    """Strictly falling along a recall, and equal to −½ sᵀWs at its end."""
    W = hopfield.store(signs(12, 60))
    for seed in range(10):
        found = hopfield.recall(W, signs(60, seed=seed), np.random.default_rng(seed))
        assert found.stable and (np.diff(found.energies) < 0).all()
        assert found.energies[-1] == pytest.approx(float(hopfield.energy(W, found.s)))
        assert hopfield.energy(W, np.stack([found.s] * 3)).shape == (3,)


def test_positive_diagonal_keeps_the_energy_falling():
    """W_ii > 0 only makes units stay: the tracked energy is still the true one."""
    W = hopfield.store(signs(5, 30)) + 0.1 * np.eye(30)
    found = hopfield.recall(W, signs(30, seed=3))
    assert (np.diff(found.energies) < 0).all()
    assert found.energies[-1] == pytest.approx(float(hopfield.energy(W, found.s)))


def test_seven_patterns_in_a_hundred_units_are_repaired():
    """Ten wrong bits each: all seven come back exactly, and so do their negatives."""
    patterns = signs(7, 100, seed=4)
    W = hopfield.store(patterns)
    for pattern in np.vstack([patterns, -patterns]):
        damaged = pattern.copy()
        damaged[RNG.choice(100, 10, replace=False)] *= -1
        assert (hopfield.recall(W, damaged).s == pattern).all()


def test_fixed_points_are_the_local_minima():
    """N = 10, every state: a fixed point of (2) is a minimum under single flips."""
    W = hopfield.store(signs(2, 10, seed=8))
    for state in product((-1.0, 1.0), repeat=10):
        s = np.array(state)
        fixed = (hopfield.recall(W, s, sweeps=1).s == s).all()
        flips = [
            hopfield.energy(W, np.where(np.arange(10) == i, -s, s)) for i in range(10)
        ]
        minimum = (np.array(flips) >= hopfield.energy(W, s) - 1e-12).all()
        assert fixed == minimum


def test_mixture_of_three_is_a_memory_too():
    """sign(ξ¹ + ξ² + ξ³): overlap about ½ with each, stable in 500 units."""
    patterns = signs(3, 500, seed=2)
    mixture = np.sign(patterns.sum(axis=0))
    found = hopfield.recall(hopfield.store(patterns), mixture)
    assert hopfield.overlap(found.s, mixture) > 0.99
    np.testing.assert_allclose(hopfield.overlap(patterns, mixture), 0.5, atol=0.07)


def test_all_units_at_once_may_alternate_for_ever():
    """W = [[0, −1], [−1, 0]] flips (1, 1) for ever; one at a time it settles."""
    W, s = np.array([[0.0, -1], [-1, 0]]), np.ones(2)
    assert (hopfield.synchronous_step(W, s) == -s).all()
    assert (hopfield.synchronous_step(W, -s) == s).all()
    assert hopfield.recall(W, s).stable


@pytest.mark.parametrize(
    "load, measured", [(0.1, 0.00093), (0.18, 0.0083), (0.25, 0.0227)]
)
def test_one_step_bit_errors(load, measured):
    """½ erfc(1/√(2α)) against N = 1000: within a fifth and a few bits."""
    patterns = signs(int(1000 * load), 1000, seed=1)
    fields = patterns @ hopfield.store(patterns)
    wrong = float((fields * patterns <= 0).mean())
    expected = hopfield.bit_error(load)
    assert wrong == pytest.approx(expected, rel=0.2, abs=3e-4)
    assert wrong == pytest.approx(measured, rel=0.2, abs=3e-4)


@pytest.mark.parametrize("load, low, high", [(0.10, 0.99, 1.0), (0.18, 0.0, 0.8)])
def test_retrieval_breaks_down_between_ten_and_eighteen_percent(load, low, high):
    """N = 1000, 12 probes from the pattern itself: mean overlap ≥ .99, then ≤ .80."""
    patterns = signs(int(1000 * load), 1000, seed=5)
    W = hopfield.store(patterns)
    ends = [
        hopfield.overlap(hopfield.recall(W, pattern).s, pattern)
        for pattern in patterns[:12]
    ]
    assert low <= np.mean(ends) <= high


# Kosko ------------------------------------------------------------------------------


def test_any_matrix_is_bidirectionally_stable():
    """Fifty random matrices: E never rises, never below −Σ|M|, and recall ends."""
    for seed in range(50):
        M = np.random.default_rng(seed).normal(size=(20, 13))
        found = bam.recall(M, signs(20, seed=seed))
        assert found.stable and (np.diff(found.energies) <= 1e-12).all()
        assert found.energies.min() >= -np.abs(M).sum()


def test_pairs_come_back_from_either_side():
    """Five pairs of 100 and 60 units: b from a damaged a, and a from b."""
    a, b = signs(5, 100, seed=6), signs(5, 60, seed=7)
    M = bam.store(a, b)
    for one, other in zip(a, b, strict=True):
        damaged = one.copy()
        damaged[:8] *= -1
        found = bam.recall(M, damaged)
        assert (found.a == one).all() and (found.b == other).all()
        back = bam.recall(M.T, other)
        assert (back.b == one).all()


@pytest.mark.parametrize("pairs, low, high", [(5, 0.97, 1.0), (15, 0.15, 0.55)])
def test_capacity_of_random_pairs(pairs, low, high):
    """n = 100, p = 60: 5 pairs are exact, of 15 about a third (minimum/(2 ln) ≈ 7)."""
    exact = total = 0
    for seed in range(20):
        a, b = signs(pairs, 100, seed=seed), signs(pairs, 60, seed=seed + 1000)
        M = bam.store(a, b)
        for one, other in zip(a, b, strict=True):
            found = bam.recall(M, one, other)
            exact += (found.a == one).all() and (found.b == other).all()
            total += 1
    assert low <= exact / total <= high


def test_refusals():
    """Zeros and ones, lopsided matrices and unpaired patterns are refused by name."""
    W = hopfield.store(signs(3, 10))
    with pytest.raises(ValueError, match=r"patterns: expected -1 and \+1"):
        hopfield.store(np.eye(3))
    with pytest.raises(ValueError, match="W: expected a symmetric"):
        hopfield.recall(W + np.triu(np.ones((10, 10))), np.ones(10))
    with pytest.raises(ValueError, match="s: expected"):
        hopfield.recall(W, np.zeros(10))
    with pytest.raises(ValueError, match="b: expected one row per row of a, 2; got 3"):
        bam.store(signs(2, 4), signs(3, 4))
    with pytest.raises(ValueError, match="M: expected"):
        bam.recall(np.ones((3, 2)), signs(4))
