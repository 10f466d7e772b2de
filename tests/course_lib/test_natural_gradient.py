"""The natural gradient of a model: its Fisher matrix, its solvers, its invariance."""

import numpy as np
import pytest

from course_lib.activations import softmax, tanh
from course_lib.layers import Activation, Dense
from course_lib.losses import CrossEntropy
from course_lib.networks.sequential import Sequential
from course_lib.objectives import LeastSquares, NetworkObjective
from course_lib.optim.natural_gradient import NaturalGradient
from course_lib.training import minimize


def classifier():
    rng = np.random.default_rng(0)
    net = Sequential([Dense(3, 4), Activation(tanh), Dense(4, 3)])
    x = rng.normal(size=(20, 3))
    return NetworkObjective(net, x, rng.integers(0, 3, 20), CrossEntropy()), net.init(
        rng
    )


def test_fisher_is_the_covariance_of_the_models_scores():
    """Labels drawn from the model: mean outer product of scores = JᵀJ within noise."""
    objective, theta = classifier()
    net, x = objective.network, objective.x
    F = objective.linearize(theta).normal()
    p = softmax(net.predict(theta, x))
    exact = np.zeros_like(F)
    for n in range(20):  # all labels, weighted: no sampling needed
        for k in range(3):
            g = net.value_and_gradient(
                theta, x[n : n + 1], np.array([k]), CrossEntropy("sum")
            )[1]
            exact += p[n, k] * np.outer(g, g) / 20
    np.testing.assert_allclose(F, exact, atol=1e-14)


def test_fisher_against_autodiff_and_monte_carlo():
    """Scores by torch's autograd: their mean outer product exactly, and from draws."""
    torch = pytest.importorskip("torch")
    objective, theta = classifier()
    net, F = objective.network, objective.linearize(theta).normal()
    x, p = torch.tensor(objective.x), softmax(net.predict(theta, objective.x))

    def log_p(th):
        return torch.log_softmax(net.predict(th, x), dim=1)

    scores = torch.autograd.functional.jacobian(log_p, torch.tensor(theta)).numpy()
    exact = np.einsum("nk,nki,nkj->ij", p, scores, scores) / 20
    np.testing.assert_allclose(F, exact, atol=1e-13)
    rng, draws = np.random.default_rng(3), 4000
    labels = (rng.random((draws, 20, 1)) > p.cumsum(axis=1)[None, :, :-1]).sum(axis=2)
    drawn = scores[np.arange(20), labels]  # (draws, 20, P)
    means = np.einsum("dni,dnj->dij", drawn, drawn) / 20
    error = means.std(axis=0) / np.sqrt(draws)
    assert (abs(means.mean(axis=0) - F) < 5 * error + 1e-15).all()


def test_it_is_not_the_covariance_of_the_datas_scores():
    """With the data's labels (the "empirical Fisher") another matrix comes out."""
    objective, theta = classifier()
    net, x, t = objective.network, objective.x, objective.t
    empirical = np.zeros((net.size, net.size))
    for n in range(20):
        g = net.value_and_gradient(
            theta, x[n : n + 1], t[n : n + 1], CrossEntropy("sum")
        )
        empirical += np.outer(g[1], g[1]) / 20
    F = objective.linearize(theta).normal()
    assert np.linalg.norm(empirical - F) > 0.3 * np.linalg.norm(F)


def test_solvers_agree():
    """Primal, dual and conjugate gradients take one step."""
    objective, theta = classifier()
    steps = []
    for solve in ("primal", "dual", "matrix-free"):
        method = NaturalGradient(0.5, damping=0.05, solve=solve)
        steps.append(method.step(theta, objective, ())[0] - theta)
    np.testing.assert_allclose(steps[1], steps[0], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(steps[2], steps[0], rtol=1e-5, atol=1e-7)


def test_step_does_not_depend_on_the_coordinates():
    """With θ = A φ the step in φ is the same step, which a plain gradient's is not."""
    rng = np.random.default_rng(1)
    A, B, b = rng.normal(size=(3, 3)), rng.normal(size=(8, 3)), rng.normal(size=8)
    plain = LeastSquares(lambda th: B @ th - b, lambda th: B)
    other = LeastSquares(lambda ph: B @ A @ ph - b, lambda ph: B @ A)
    theta = rng.normal(size=3)
    method = NaturalGradient(0.3, damping=1e-12)
    one, _, _ = method.step(theta, plain, ())
    two, _, _ = method.step(np.linalg.solve(A, theta), other, ())
    np.testing.assert_allclose(A @ two, one, rtol=1e-6)
    g, g_phi = (
        plain.value_and_gradient(theta)[1],
        A.T @ plain.value_and_gradient(theta)[1],
    )
    assert np.linalg.norm(A @ g_phi - g) > 0.1 * np.linalg.norm(g)


def test_it_learns():
    """Fifteen steps on the classifier lower the loss below gradient descent's 15."""
    from course_lib.optim import GradientDescent

    objective, theta = classifier()
    natural = minimize(objective, theta, NaturalGradient(0.5, 0.05), iterations=15)
    plain = minimize(objective, theta, GradientDescent(1.0), iterations=15)
    assert natural.value < 0.6 * plain.value
    with pytest.raises(ValueError, match="damping"):
        NaturalGradient(damping=0.0)
