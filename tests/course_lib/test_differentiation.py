"""Central differences: exact where they must be, and able to fail."""

import numpy as np
import pytest

from course_lib.differentiation import (
    check_gradient,
    numerical_gradient,
    numerical_jacobian,
    relative_error,
)

THETA = np.array([[0.3, -1.2], [2.0, 0.7]])


def energy(theta):
    return np.sum(np.sin(theta) * theta)


def slope(theta):
    return np.cos(theta) * theta + np.sin(theta)


def test_numerical_gradient_has_the_shape_and_the_value():
    """Shape (2, 2) in and out, relative error below 1e-10, θ untouched."""
    theta = THETA.copy()
    g = numerical_gradient(energy, theta)
    assert g.shape == (2, 2) and (theta == THETA).all()
    assert relative_error(g, slope(THETA)) < 1e-10


def test_error_falls_with_the_square_of_the_step():
    """Equation (1): halving h divides the error by four."""
    wide, narrow = (
        relative_error(numerical_gradient(energy, THETA, h), slope(THETA))
        for h in (2e-2, 1e-2)
    )
    assert wide / narrow == pytest.approx(4, rel=1e-3)


def test_large_parameters_get_a_larger_step():
    """At θ = 1e8 a step of 6e-6 would vanish in rounding; the default does not."""
    g = numerical_gradient(lambda t: np.sum(t**2), np.array([1e8]))
    assert g[0] == pytest.approx(2e8, rel=1e-9)


def test_jacobian_of_a_linear_map_is_its_matrix():
    """A of shape (3, 2) comes back, with axes (output, parameter)."""
    A = np.arange(6.0).reshape(3, 2)
    np.testing.assert_allclose(numerical_jacobian(lambda t: A @ t, np.ones(2)), A)


@pytest.mark.parametrize(
    "wrong", [-slope(THETA), 2 * slope(THETA), slope(THETA).T, slope(THETA) * np.nan]
)
def test_wrong_gradients_do_not_pass(wrong):
    """Wrong sign, factor, transpose and NaN all fail; the right one passes."""
    assert check_gradient(energy, slope(THETA), THETA).ok
    check = check_gradient(energy, wrong, THETA)
    assert not check.ok and "DISAGREES" in str(check)


def test_worst_entry_is_named():
    """A single wrong entry is found by its index."""
    wrong = slope(THETA)
    wrong[1, 0] += 1e-3
    check = check_gradient(energy, wrong, THETA)
    assert not check.ok and check.worst == (1, 0)


def test_kink_gives_the_mean_of_both_slopes():
    """At a ReLU's kink the central difference is ½, neither side's slope."""
    assert numerical_gradient(lambda t: max(t[0], 0), np.zeros(1))[0] == 0.5


def test_relative_error_is_between_zero_and_one():
    """0 for equal (also both zero), 1 for opposite."""
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    assert relative_error(THETA, -THETA) == 1


def test_refusals():
    """Vector-valued f, other shapes, no parameters and h = 0 are refused by name."""
    with pytest.raises(ValueError, match=r"f: expected .* one number"):
        numerical_gradient(lambda t: t, np.ones(2))
    with pytest.raises(ValueError, match="gradient: expected the shape"):
        check_gradient(energy, np.ones(3), THETA)
    with pytest.raises(ValueError, match="h: expected"):
        numerical_gradient(energy, THETA, 0.0)
    with pytest.raises(ValueError, match="theta"):
        numerical_gradient(energy, np.ones(0))
    with pytest.raises(ValueError, match="equal shapes"):
        relative_error(np.ones(2), np.ones(3))


def test_a_function_that_changes_its_input_is_still_differentiated():
    """The step is that of the question asked, also where f overwrites its argument."""

    def doubled(theta):
        theta *= 2
        return (theta**2).sum()

    gradient = numerical_gradient(doubled, np.array([1.0, 2.0]))
    np.testing.assert_allclose(gradient, [8.0, 16.0], rtol=1e-8)
