"""Valid inputs of each question: random ones, and the edges that students forget."""

import numpy as np

FUNCTIONS = {
    "q1": "rate",
    "q2": "simulate",
    "q3": "deliver",
    "q4": "mcculloch_pitts",
    "q5": "logic_net",
    "q6": "union_net",
    "q7": "collapse",
    "q8": "perceptron",
    "q9": "tent_net",
    "q10": "fire",
}


def q1(rng):
    return rng.uniform(-1, 6, 8), *(float(v) for v in rng.uniform(1, 20, 4))


def q1_edges():
    yield 1.5, 10.0, 10.0, 15.0, 2.0
    yield 0, 10, 10, 15, 0
    yield np.array([[1, 2], [3, 40]]), 10, 10, 15, 0


def q2(rng):
    dt, tau, R, theta = (float(v) for v in rng.uniform([0.1, 2, 3, 2], [2, 20, 15, 20]))
    current = rng.uniform(-1, 6, int(rng.integers(0, 80)))
    return current, dt, tau, R, theta, int(rng.integers(0, 9))


def q2_edges():
    yield np.array([1.0, 1.5, 2.0]), 1e5, 1.0, 10.0, 15.0, 0
    yield [2] * 9, 1e5, 1.0, 10.0, 15.0, 3
    yield np.zeros(0), 0.1, 10.0, 10.0, 15.0, 20


def q3(rng):
    T, N, M = (int(k) for k in rng.integers([1, 1, 1], [20, 5, 5]))
    spikes = (rng.random((T, N)) < 0.4).astype(float)
    return spikes, rng.normal(size=(M, N)), rng.integers(1, 25, (M, N))


def q3_edges():
    yield np.ones((2, 1)), np.array([[4.0]]), np.array([[3]])
    yield np.ones((3, 1)), np.array([[4.0]]), np.array([[3]])
    yield np.ones((4, 2), int), np.ones((3, 2)), np.ones((3, 2), int)
    yield np.zeros((0, 2)), np.ones((3, 2)), np.ones((3, 2), int)


def q4(rng):
    order = [int(k) for k in rng.permutation(6)]
    cut, end = int(rng.integers(0, 4)), int(rng.integers(4, 7))
    x = rng.integers(0, 2, (12, 6))
    return x, order[:cut], order[cut:end], int(rng.integers(0, 4))


def q4_edges():
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    yield x, [], [], 0
    yield x, [], [1], 0
    yield x, [0, 1], [], 2
    yield x, [0], [1], 1


def q5(rng):
    n = int(rng.integers(1, 5))
    return ([int(v) for v in rng.integers(0, 2, 2**n)],)


def q5_edges():
    yield ([0, 0],)
    yield ([1, 1],)
    yield ([0, 1, 1, 0],)


def q6(rng):
    n = int(rng.integers(1, 4))
    sides = rng.integers(1, 6, int(rng.integers(1, 5)))
    return ([(rng.normal(size=(k, n)), rng.normal(size=k)) for k in sides],)


def q6_edges():
    yield ([(np.eye(2), np.zeros(2))],)
    yield ([(np.array([[1.0]]), np.array([-3.0]))] * 2,)


def q7(rng):
    width = [int(k) for k in rng.integers(1, 6, int(rng.integers(2, 6)))]
    pairs = zip(width[:-1], width[1:], strict=True)
    return ([(rng.normal(size=(o, i)), rng.normal(size=o)) for i, o in pairs],)


def q7_edges():
    yield ([(np.eye(2), np.ones(2))],)


def q8(rng):
    n = int(rng.integers(1, 4))
    x = rng.integers(-5, 6, (int(rng.integers(1, 9)), n)).astype(float)
    return x, rng.choice([-1, 1], len(x)), int(rng.integers(1, 30))


def q8_edges():
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    yield x, np.array([-1, 1, 1, -1]), 7
    yield x, np.array([-1, -1, -1, 1]), 100
    yield x, np.array([-1, 1, 1, 1]), 1


def q9(rng):
    return (int(rng.integers(1, 9)),)


def q9_edges():
    yield (1,)
    yield (2,)


def q10(rng):
    return rng.uniform(-6, 6, (3, 4)), int(rng.integers(1 << 30))


def q10_edges():
    yield 0.0, 1
    yield 1000, 2
    yield np.array([-1000.0, 1000.0]), 3
