"""The landscapes of the optimizer chapters: derivatives, minima, refusals."""

import numpy as np
import pytest

from course_lib import landscapes, plotting
from course_lib.differentiation import numerical_gradient, numerical_jacobian
from course_lib.optim import LevenbergMarquardt
from course_lib.training import minimize

NAMES = ("BOWL", "VALLEY", "SADDLE")


@pytest.mark.parametrize("name", NAMES)
def test_derivatives_are_exact(name):
    """Gradient and Hessian agree with central differences at ten points."""
    it = getattr(landscapes, name)
    for theta in np.random.default_rng(0).uniform(-1.5, 1.5, (10, 2)):
        slope = numerical_gradient(it.value, theta)
        assert np.allclose(it.gradient(theta), slope, rtol=1e-6, atol=1e-6)
        curvature = numerical_jacobian(it.gradient, theta)
        assert np.allclose(it.hessian(theta), curvature, rtol=1e-6, atol=1e-5)
        if it.residual:
            assert np.isclose(it.value(theta), np.sum(it.residual(theta) ** 2) / 2)
            J = numerical_jacobian(it.residual, theta)
            assert np.allclose(it.jacobian(theta), J, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_minima_are_minima(name):
    """At each minimum the gradient vanishes and both curvatures are positive."""
    it = getattr(landscapes, name)
    left, right, bottom, top = it.view
    for theta in map(np.array, it.minima):
        assert np.allclose(it.gradient(theta), 0)
        assert np.linalg.eigvalsh(it.hessian(theta)).min() > 0
        assert left < theta[0] < right
        assert bottom < theta[1] < top


def test_value_takes_a_grid():
    """value of (3, 4, 2) is the (3, 4) values of the points."""
    grid = np.random.default_rng(1).uniform(-1, 1, (3, 4, 2))
    for name in NAMES:
        it = getattr(landscapes, name)
        one_by_one = [[it.value(p) for p in row] for row in grid]
        assert np.allclose(it.value(grid), one_by_one)


def test_bowl_has_its_condition_number():
    """Eigenvalues 1 and κ whatever the angle; Levenberg-Marquardt finds the bottom."""
    it = landscapes.bowl(40.0, angle=0.7)
    assert np.allclose(np.linalg.eigvalsh(it.hessian(np.zeros(2))), [1, 40])
    found = minimize(it, np.array(it.start), LevenbergMarquardt(), iterations=50)
    assert np.allclose(found.theta, 0, atol=1e-6)


def test_refusals():
    """A condition below 1, a landscape without residuals, an unknown method."""
    with pytest.raises(ValueError, match="condition: expected a number >= 1"):
        landscapes.bowl(0.5)
    with pytest.raises(ValueError, match="expected a sum of squares"):
        landscapes.SADDLE.linearize(np.zeros(2))
    with pytest.raises(ValueError, match="name: expected one of"):
        plotting.line("Gradient")


def test_methods_look_different():
    """No two names share colour and dash."""
    names = [*plotting.LINES, *plotting.METHODS]
    looks = [str(sorted(plotting.line(n).items(), key=str)) for n in names[5:]]
    assert len(set(looks)) == len(plotting.METHODS)
