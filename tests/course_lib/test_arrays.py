"""Symmetric products and factorisations, the same for every kind of array."""

import numpy as np
import pytest

from course_lib.arrays import (
    cholesky,
    cholesky_solve,
    lower_product,
    mirror,
    product_with_transpose,
)
from tests.course_lib.array_kinds import KINDS, back, make, rtol

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(1, 3), (5, 2), (300, 7)])
def test_products_with_the_transpose(kind, shape):
    """X Xᵀ whole, its lower triangle, and added to another, from rows or columns."""
    X = RNG.normal(size=shape)
    for x in (make(kind, X), make(kind, X.T.copy()).T):  # two orders in memory
        whole = back(product_with_transpose(x))
        np.testing.assert_allclose(whole, X @ X.T, rtol=rtol(kind), atol=rtol(kind))
        assert np.array_equal(whole, whole.T)
        lower = np.tril(back(lower_product(x)))
        np.testing.assert_allclose(lower, np.tril(X @ X.T), 9 * rtol(kind), rtol(kind))
        twice = np.tril(back(lower_product(x, lower_product(x))))
        np.testing.assert_allclose(twice, 2 * lower, 9 * rtol(kind), 9 * rtol(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_cholesky_reads_the_lower_triangle_and_leaves_its_argument(kind):
    """L Lᵀ = A + shift, whatever stands above; an indefinite matrix is reported."""
    X = RNG.normal(size=(200, 210))
    A, b = X @ X.T / 210 + np.eye(200), RNG.normal(size=200)
    spoiled = make(kind, np.tril(A) + np.triu(np.full_like(A, 7.0), 1))
    before = back(spoiled)
    for shift in (0.0, 0.5, RNG.uniform(1, 2, 200)):
        given = make(kind, shift) if np.ndim(shift) else shift
        L, ok = cholesky(spoiled, given)
        right = np.linalg.cholesky(A + shift * np.eye(200))
        assert ok
        np.testing.assert_allclose(np.tril(back(L)), right, 0, 30 * rtol(kind))
        x = back(cholesky_solve(L, make(kind, b)))
        np.testing.assert_allclose(
            x, np.linalg.solve(A + shift * np.eye(200), b), 0, 60 * rtol(kind)
        )
    assert np.array_equal(back(spoiled), before)
    assert not cholesky(spoiled, -10.0)[1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [1, 127, 128, 129, 260])
def test_mirror_at_the_edges_of_its_blocks(kind, n):
    """The upper triangle becomes the lower one's image, in place."""
    A = RNG.normal(size=(n, n))
    given = make(kind, A)
    assert mirror(given) is given
    right = np.tril(A) + np.tril(A, -1).T
    np.testing.assert_allclose(back(given), right, 1e-6)
