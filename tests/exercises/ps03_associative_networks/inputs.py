"""Valid inputs of each question: random ones, and the edges that students forget."""

import numpy as np

FUNCTIONS = {
    "q1": "store",
    "q2": "energy",
    "q3": "recall",
    "q4": "stable_states",
    "q5": "capacity",
    "q6": "pair_recall",
    "q7": "som_train",
    "q8": "map_errors",
    "q9": "art1",
}


def _signs(rng, *shape):
    return rng.choice([-1.0, 1.0], shape)


def _weights(rng, N, whole):
    W = rng.integers(-2, 3, (N, N)).astype(float) if whole else rng.normal(size=(N, N))
    return np.triu(W, 1) + np.triu(W, 1).T


def q1(rng):
    return (_signs(rng, *(int(k) for k in rng.integers(1, 9, 2))),)


def q1_edges():
    yield (np.ones((1, 1)),)
    yield (np.array([[1, -1], [1, 1], [-1, 1]]),)
    yield (np.ones((5, 4), dtype=int),)


def q2(rng):
    N = int(rng.integers(1, 9))
    shape = (N,) if rng.random() < 0.5 else (int(rng.integers(1, 5)), N)
    return _weights(rng, N, False), _signs(rng, *shape)


def q2_edges():
    yield np.zeros((1, 1)), np.array([1])
    yield np.zeros((2, 2)), np.ones((3, 2))
    yield np.array([[0, 1], [1, 0]]), np.array([[1, -1]])


def q3(rng):
    N = int(rng.integers(1, 12))
    return _weights(rng, N, rng.random() < 0.5), _signs(rng, N)


def q3_edges():
    yield np.array([[0.0, -1.0], [-1.0, 0.0]]), np.array([1.0, 1.0])
    yield np.zeros((3, 3)), np.array([1, -1, 1])
    yield np.zeros((1, 1)), np.array([-1.0])


def q4(rng):
    N = int(rng.integers(1, 8))
    return (_weights(rng, N, rng.random() < 0.5),)


def q4_edges():
    yield (np.zeros((1, 1)),)
    yield (np.zeros((10, 10)),)
    yield (np.ones((4, 4)) - np.eye(4),)


def q5(rng):
    N = int(rng.choice([8, 16]))
    allowed = float(rng.choice([0.0, 0.02, 0.0625, 0.1, 0.3]))
    return _signs(rng, int(rng.integers(1, N + 1)), N), allowed


def q5_edges():
    yield np.ones((1, 4)), 0.0
    yield np.array([[1.0, 1, 1, 1], [1, 1, -1, -1], [1, -1, 1, -1]]), 0.0
    yield np.ones((4, 8)), 0.015


def q6(rng):
    P, n, m = (int(k) for k in rng.integers(1, 9, 3))
    return _signs(rng, P, n), _signs(rng, P, m), _signs(rng, n)


def q6_edges():
    yield np.ones((1, 1)), np.ones((1, 1)), np.array([-1.0])
    yield np.array([[1, 1], [1, -1]]), np.array([[-1], [-1]]), np.array([1, 1])
    yield np.array([[1, -1, 1], [-1, 1, -1]]), np.ones((2, 2)), np.array([1, 1, 1])


def q7(rng):
    units, D, T = (int(k) for k in rng.integers([1, 1, 0], [9, 4, 8]))
    grid = np.stack(np.divmod(np.arange(units), 3), axis=1)
    rate, radius = rng.uniform(0.05, 0.9, T), rng.uniform(0.3, 3, T)
    return rng.normal(size=(units, D)), grid, rng.normal(size=(T, D)), rate, radius


def q7_edges():
    grid = np.array([[0, 0], [1, 0]])
    w = np.array([[0], [2]])
    yield w, grid, np.zeros((0, 1)), np.zeros(0), np.zeros(0)
    yield w, grid, np.array([[0.5], [1.9]]), np.array([1.0, 0.5]), np.array([1.0, 0.1])
    yield w[:1], grid[:1], np.array([[3.0]]), np.array([0.5]), np.array([1.0])


def q8(rng):
    units, D, N = (int(k) for k in rng.integers([2, 1, 1], [13, 4, 9]))
    grid = np.stack(np.divmod(np.arange(units), int(rng.integers(1, 5))), axis=1)
    return rng.normal(size=(units, D)), grid, rng.normal(size=(N, D))


def q8_edges():
    grid = np.array([[0, 0], [1, 1], [3, 1]])
    w = np.array([[0.0], [1.0], [2.5]])
    yield w, grid, np.array([[0.1], [2.4]])
    yield w[:2], grid[::2], np.array([[0.3]])


def q9(rng):
    N, D = (int(k) for k in rng.integers([1, 1], [14, 9]))
    inputs = (rng.random((N, D)) < rng.uniform(0.2, 0.8)).astype(int)
    inputs[inputs.sum(axis=1) == 0, 0] = 1
    return inputs, int(rng.integers(0, 9)) / 8


def q9_edges():
    yield np.array([[1]]), 1
    yield np.array([[1, 1, 1, 0], [1, 0, 0, 0]]), 0.5
    yield np.array([[1, 0], [0, 1], [1, 1]]), 0
    yield np.array([[1.0, 0.0], [1.0, 0.0]]), 1.0
