"""Kohonen's map and adaptive resonance: order and invariants.

That errors, labels and weights equal MiniSom's and artlib's is checked by
benchmarks/associative_networks.py, where those packages are installed.
"""

import numpy as np
import pytest

from course_lib.networks.art import ART, complement_code
from course_lib.networks.som import (
    SelfOrganizingMap,
    quantization_error,
    topographic_error,
    winners,
)

SQUARE = np.random.default_rng(0).random((1000, 2))


# Kohonen ----------------------------------------------------------------------------


def test_map_unfolds_over_the_square():
    """10×10, σ from 3, 10 000 steps: QE near .0475, topographic error from .9 to 0."""
    som = SelfOrganizingMap(10, 10)
    start = som.init(SQUARE, np.random.default_rng(1))
    w = som.train(start, SQUARE, 10_000, np.random.default_rng(2))
    assert topographic_error(som, start, SQUARE) > 0.8
    assert topographic_error(som, w, SQUARE) < 0.01
    assert 0.0383 < quantization_error(w, SQUARE) < 0.05  # ideal lattice .3826 · .1


def test_one_step_is_the_rule():
    """One sample, one step: w_j moves by η h_j (x − w_j)."""
    som = SelfOrganizingMap(1, 3, learning_rate=(0.5, 0.5), radius=(1.0, 1.0))
    w = np.array([[0.0], [1.0], [2.0]])
    moved = som.train(w, np.array([[0.9]]), 1, np.random.default_rng(0))
    h = np.exp(-np.array([1.0, 0, 1]) / 2)
    np.testing.assert_allclose(moved[:, 0], w[:, 0] + 0.5 * h * (0.9 - w[:, 0]))
    assert (w[:, 0] == [0, 1, 2]).all()


def test_narrow_neighbourhood_is_online_k_means():
    """σ → 0: only the winner moves, by η towards the sample."""
    som = SelfOrganizingMap(2, 2, learning_rate=(0.1, 0.1), radius=(1e-3, 1e-3))
    w = som.init(SQUARE, np.random.default_rng(3))
    ours = som.train(w, SQUARE, 300, np.random.default_rng(4))
    theirs = w.copy()
    for n in np.random.default_rng(4).integers(0, 1000, 300):
        c = np.linalg.norm(theirs - SQUARE[n], axis=1).argmin()
        theirs[c] += 0.1 * (SQUARE[n] - theirs[c])
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_a_line_of_units_gets_sorted_and_stays_so():
    """One dimension: random start, monotone in the end, still so after more steps."""
    som = SelfOrganizingMap(1, 12, radius=(4.0, 0.6))
    x = SQUARE[:, :1]
    w = som.init(x, np.random.default_rng(5))
    assert len(set(np.sign(np.diff(w[:, 0])))) > 1
    w = som.train(w, x, 4000, np.random.default_rng(6))
    assert len(set(np.sign(np.diff(w[:, 0])))) == 1
    later = SelfOrganizingMap(1, 12, (0.01, 0.01), (0.6, 0.6))
    w = later.train(w, x, 2000, np.random.default_rng(7))
    assert len(set(np.sign(np.diff(w[:, 0])))) == 1


def test_batch_map_reaches_a_fixed_point():
    """At fixed radius rule (4) stops changing, and every unit is its weighted mean."""
    som = SelfOrganizingMap(4, 4, radius=(1.0, 1.0))
    w = som.train_batch(som.init(SQUARE, np.random.default_rng(8)), SQUARE, 200)
    np.testing.assert_allclose(som.train_batch(w, SQUARE, 1), w, atol=1e-12)
    h = som.neighborhood(1.0)[winners(w, SQUARE)]
    np.testing.assert_allclose(w[5], h[:, 5] @ SQUARE / h[:, 5].sum(), atol=1e-12)


# Adaptive resonance -----------------------------------------------------------------


def bits(seed, n=60):
    """Distinct, not empty, random 16-bit patterns."""
    rng = np.random.default_rng(seed)
    patterns = np.unique((rng.random((n, 16)) < 0.4).astype(float), axis=0)
    return rng.permutation(patterns[patterns.sum(axis=1) > 0])


@pytest.mark.parametrize("vigilance", [0.0, 0.3, 0.7, 1.0])
def test_invariants_of_art1(vigilance):
    """Weights are the ∧ of their members, pass vigilance, and training ends."""
    inputs = bits(0)
    found = ART(vigilance).train(inputs)
    assert found.stable
    for j, w in enumerate(found.w):
        members = inputs[found.labels == j]
        if len(members):
            assert (w <= members.min(axis=0)).all()
            assert (w.sum() >= vigilance * members.sum(axis=1) - 1e-9).all()


def test_vigilance_sets_the_number_of_categories():
    """ρ = 0: one; ρ = 1: one per pattern; in between it grows with ρ (mean of 10)."""
    levels = (0.0, 0.3, 0.5, 0.7, 0.9, 1.0)
    counts = np.array(
        [
            [len(set(ART(level).train(bits(seed)).labels)) for level in levels]
            for seed in range(10)
        ]
    )
    assert (counts[:, 0] == 1).all()
    assert (counts[:, -1] == [len(bits(seed)) for seed in range(10)]).all()
    assert (np.diff(counts.mean(axis=0)) >= 0).all()


def test_art1_may_need_several_passes():
    """Without complement coding some set needs more than the one clean pass."""
    assert max(ART(0.7).train(bits(seed)).passes for seed in range(10)) > 2


def test_complement_coding_settles_in_one_pass():
    """Fuzzy ART, 300 points: one pass fixes the weights; |w| ≥ 1.6, boxes ≤ 0.4."""
    a = np.random.default_rng(1).random((300, 2))
    found = ART(0.8).train(complement_code(a))
    assert found.stable and (ART(0.8).train(complement_code(a), 1).w == found.w).all()
    u, v = found.w[:, :2], 1 - found.w[:, 2:]
    assert found.w.sum(axis=1).min() >= 1.6 - 1e-12
    assert (v - u).sum(axis=1).max() <= 0.4 + 1e-12
    for j in range(len(found.w)):  # each category is the box around its members
        members = a[found.labels == j]
        if len(members):
            assert (members >= u[j] - 1e-12).all() and (members <= v[j] + 1e-12).all()
    assert (ART(0.8).predict(found.w, complement_code(a)) == found.labels).mean() > 0.9


def test_without_complement_coding_weights_wither():
    """The same points uncoded: weights shrink towards 0 and categories multiply."""
    a = np.random.default_rng(1).random((300, 2))
    coded, plain = ART(0.8).train(complement_code(a)), ART(0.8).train(a)
    assert len(plain.w) > len(coded.w)
    assert plain.w.sum(axis=1).min() < 0.2


def test_order_of_presentation_matters():
    """The same points in another order: other categories. A fact, not a fault."""
    a = complement_code(np.random.default_rng(1).random((300, 2)))
    order = np.random.default_rng(2).permutation(300)
    one, other = ART(0.8).train(a), ART(0.8).train(a[order])
    assert len(one.w) != len(other.w) or not np.allclose(
        np.sort(one.w, axis=0), np.sort(other.w, axis=0)
    )


def test_refusals():
    """Ranges and shapes are refused by name."""
    with pytest.raises(ValueError, match="vigilance"):
        ART(1.5)
    with pytest.raises(ValueError, match="choice"):
        ART(0.5, choice=0.0)
    with pytest.raises(ValueError, match="inputs: expected numbers from 0 to 1"):
        ART(0.5).train([[1.0, 2.0]])
    with pytest.raises(ValueError, match="rows: expected"):
        SelfOrganizingMap(0, 3)
    with pytest.raises(ValueError, match="radius"):
        SelfOrganizingMap(2, 2, radius=(1.0, 0.0))
    with pytest.raises(ValueError, match="w: expected"):
        SelfOrganizingMap(2, 2).train(np.ones((3, 2)), SQUARE, 1, None)
    with pytest.raises(ValueError, match="x: expected finite"):
        SelfOrganizingMap(2, 2).init([[np.nan]], np.random.default_rng(0))


def test_a_narrow_last_radius_leaves_far_units_where_they_are():
    """σ = 0.02 rounds h to 0 beyond the winner: no 0/0, every weight stays finite."""
    som = SelfOrganizingMap(4, 4, radius=(3.0, 0.02))
    x = np.random.default_rng(0).random((10, 2))
    w = som.train_batch(som.init(x, np.random.default_rng(0)), x, 5)
    assert np.isfinite(w).all() and quantization_error(w, x) < 0.1
