"""Valid inputs of each question: random ones, and the edges that students forget."""

import numpy as np

FUNCTIONS = {
    "q1": "density_and_score",
    "q2": "fisher",
    "q3": "fisher_solve",
    "q4": "generalized_fisher",
    "q5": "divergence_and_form",
    "q6": "to_simplex",
    "q7": "to_ball",
    "q8": "effective_rates",
    "q9": "race",
    "q10": "natural_step",
}


def _whole(rng, low, high, *shape):
    return [int(k) for k in rng.integers(low, high, *shape)]


def q1(rng):
    N, K = _whole(rng, [1, 2], [7, 7])
    return rng.dirichlet(np.full(K, 2.0), N), rng.uniform(0.3, 9, K)


def q1_edges():
    yield np.array([[0.5, 0.5]]), np.ones(2)
    yield np.array([[0.1, 0.2, 0.7]]), np.array([1.0, 0.2, 30.0])


def q2(rng):
    return (rng.uniform(0.2, 9, int(rng.integers(2, 9))),)


def q2_edges():
    yield (np.ones(1),)
    yield (np.ones(2),)


def q3(rng):
    K = int(rng.integers(2, 30))
    return rng.uniform(0.3, 9, K), rng.normal(size=K)


def q3_edges():
    yield np.ones(2), np.ones(2)
    yield np.full(3, 12.0), np.array([1.0, 0.0, -1.0])


def q4(rng):
    m = int(rng.integers(1, 6))
    return rng.uniform(0.3, 9, m), rng.uniform(0.3, 9, m)


def q4_edges():
    yield np.ones(1), np.ones(1)


def q5(rng):
    alpha, other = rng.uniform(0.4, 9, (2, int(rng.integers(2, 8))))
    return alpha, other - alpha


def q5_edges():
    yield np.ones(2), np.zeros(2)
    yield np.array([2.0, 3.0]), np.array([1e-3, -1e-3])


def _inside(rng, n):
    y = rng.normal(size=n)
    return y * float(rng.uniform(0.1, 1)) / np.linalg.norm(y)


def q6(rng):
    n = int(rng.integers(1, 9))
    centre, radius = rng.normal(size=n), float(rng.uniform(0.3, 4))
    return centre + radius * _inside(rng, n), centre, radius


def q6_edges():
    yield np.zeros(1), np.zeros(1), 1.0
    yield np.ones(3), np.ones(3), 0.5
    yield np.array([3.0, 4.0]), np.zeros(2), 5.0


def q7(rng):
    n = int(rng.integers(1, 9))
    z = rng.dirichlet(np.ones(n + 1))
    return z, rng.normal(size=n), float(rng.uniform(0.3, 4))


def q7_edges():
    yield np.full(2, 0.5), np.zeros(1), 1.0
    yield np.full(4, 0.25), np.ones(3), 2.0
    yield np.array([0.0, 0.5, 0.5]), np.ones(2), 2.0


def q8(rng):
    sizes = _whole(rng, 1, 6, int(rng.integers(1, 6)))
    start, slope = float(rng.uniform(0.2, 5)), float(rng.uniform(-1, 1))
    return float(rng.uniform(0.001, 0.2)), start, slope, sizes


def q8_edges():
    yield 0.1, 1.0, -1.0, [2]
    yield 0.1, -0.5, 1.0, [2, 3]
    yield 0.1, 2.0, -0.5, [1, 1, 1, 1]


def q9(rng):
    P = int(rng.integers(1, 5))
    A = rng.normal(size=(P, P))
    A = A @ A.T / np.linalg.norm(A @ A.T, 2)
    theta, alpha = rng.normal(size=P), rng.uniform(0.3, 6, P)
    rate, mu = float(rng.uniform(0.01, 0.2)), float(rng.uniform(0, 0.95))
    return (lambda p: A @ p), theta, rate, alpha, mu, int(rng.integers(0, 12))


def q9_edges():
    yield (lambda p: p), np.ones(2), 0.1, np.array([1.0, 2.0]), 0.0, 3


def q10(rng):
    N, P = _whole(rng, [8, 1], [20, 4])
    x, t = rng.normal(size=(N, P)), rng.integers(0, 2, N)
    rate, damping = float(rng.uniform(0.1, 1)), float(rng.uniform(0, 0.5))
    return x, t, rng.normal(size=P), rate, damping


def q10_edges():
    yield np.array([[1.0], [2.0]]), np.array([0, 0]), np.zeros(1), 0.5, 0.0
