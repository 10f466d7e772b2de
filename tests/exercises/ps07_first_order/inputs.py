"""Valid inputs of each question: random ones, and the edges that students forget."""

import numpy as np

FUNCTIONS = {
    "q1": "rates",
    "q2": "momentum",
    "q3": "nesterov",
    "q4": "quickprop",
    "q5": "rprop",
    "q6": "irprop_plus",
    "q7": "adagrad",
    "q8": "adadelta",
    "q9": "adam",
    "q10": "apollo",
}


def _number(rng, low, high):
    return float(rng.uniform(low, high))


def _sparse(rng, size):
    return rng.normal(size=size) * rng.integers(0, 4, size).clip(0, 1)


def q1(rng):
    P = int(rng.integers(1, 5))
    A = rng.normal(size=(P + 1, P))
    return (A.T @ A + 0.05 * np.eye(P),)


def q1_edges():
    yield (np.array([[3.0]]),)
    yield (np.eye(2),)
    yield (np.array([[2.0, 1.0], [1.0, 2.0]]),)


def q2(rng):
    P = int(rng.integers(1, 5))
    state = rng.normal(size=P) if rng.random() < 0.7 else None
    settings = [_number(rng, 0, 1) for _ in range(4)]
    return rng.normal(size=P), _sparse(rng, P), state, *settings


def q2_edges():
    yield np.ones(1), np.ones(1), None, 0.1, 0.9, 0.5, 0.1
    yield np.ones(1), np.zeros(1), np.ones(1), 0.1, 0.0, 1.0, 0.0


def q3(rng):
    P = int(rng.integers(1, 5))
    A = rng.normal(size=(P, P))

    def gradient(theta):
        return A.T @ np.tanh(A @ theta)

    steps = int(rng.integers(0, 6))
    rate, mu = _number(rng, 0.01, 0.5), _number(rng, 0, 1)
    return gradient, rng.normal(size=P), steps, rate, mu


def q3_edges():
    yield (lambda t: t), np.array([1.0]), 2, 0.5, 0.5
    yield (lambda t: t), np.array([1.0]), 0, 0.5, 0.5
    yield (lambda t: 2 * t), np.array([1.0, 2.0]), 3, 0.1, 0.0


def q4(rng):
    P = int(rng.integers(1, 9))
    before, g = _sparse(rng, P), _sparse(rng, P)
    g = np.where(rng.random(P) < 0.2, before, g)
    state = (_sparse(rng, P), before) if rng.random() < 0.8 else None
    return rng.normal(size=P), g, state, _number(rng, 0, 1), _number(rng, 1, 3)


def q4_edges():
    one = np.ones(1)
    yield one, 2 * one, None, 0.75, 1.75
    yield one, 0 * one, None, 0.75, 1.75
    yield one, 9 * one, (one, 10 * one), 0.1, 1.75
    yield one, one, (one, one), 0.1, 1.75
    yield one, one, (0 * one, one), 0.1, 1.75
    yield one, 1.75 * one, (one, 2.75 * one), 0.1, 1.75


def q5(rng):
    P = int(rng.integers(1, 9))
    steps = 10.0 ** rng.uniform(-6, 1.7, P)
    state = (steps, _sparse(rng, P)) if rng.random() < 0.8 else None
    return rng.normal(size=P), _sparse(rng, P), state, _number(rng, 0.01, 1)


def q5_edges():
    one = np.ones(1)
    for step in (1e-6, 1.5e-6, 45.0, 50.0):
        for slope in (-1.0, 0.0, 1.0):
            yield one, slope * one, (step * one, one), 0.1
            yield one, slope * one, (step * one, -one), 0.1
    yield one, one, None, 0.1


def q6(rng):
    theta, g, state, first = q5(rng)
    error = float(rng.integers(0, 3))
    if state is not None:
        state = (*state, rng.normal(size=len(theta)), float(rng.integers(0, 3)))
    return theta, g, error, state, first


def q6_edges():
    one = np.ones(1)
    for theta, g, state, first in q5_edges():
        for error in (1.0, 2.0, 3.0):
            yield theta, g, error, state and (*state, one, 2.0), first


def q7(rng):
    P = int(rng.integers(1, 6))
    state = _sparse(rng, P) ** 2 if rng.random() < 0.8 else None
    return rng.normal(size=P), _sparse(rng, P), state, _number(rng, 0, 1), 1e-3


def q7_edges():
    yield np.ones(1), np.zeros(1), None, 0.1, 0.5
    yield np.ones(1), np.ones(1), np.ones(1), 0.1, 1e-10


def q8(rng):
    P = int(rng.integers(1, 6))
    state = (_sparse(rng, P) ** 2, _sparse(rng, P) ** 2) if rng.random() < 0.8 else None
    return rng.normal(size=P), _sparse(rng, P), state, _number(rng, 0.5, 1), 1e-3


def q8_edges():
    yield np.ones(1), np.zeros(1), None, 0.9, 1e-6
    yield np.ones(1), 2 * np.ones(1), None, 0.75, 0.01


def q9(rng):
    P = int(rng.integers(1, 6))
    state = None
    if rng.random() < 0.8:
        state = rng.normal(size=P), _sparse(rng, P) ** 2, int(rng.integers(1, 9))
    settings = _number(rng, 0, 1), _number(rng, 0.5, 1), _number(rng, 0.8, 1), 1e-3
    decay, decoupled = _number(rng, 0, 1), bool(rng.integers(2))
    return rng.normal(size=P), _sparse(rng, P), state, *settings, decay, decoupled


def q9_edges():
    for decoupled in (False, True):
        yield 2 * np.ones(1), np.ones(1), None, 0.1, 0.9, 0.999, 1e-8, 0.5, decoupled
        yield np.zeros(1), np.zeros(1), None, 0.1, 0.9, 0.999, 1e-8, 0.5, decoupled


def q10(rng):
    P = int(rng.integers(1, 6))
    state = None
    if rng.random() < 0.8:
        m, B, d = rng.normal(size=(3, P))
        state = m, B, d, int(rng.integers(1, 9))
    settings = _number(rng, 0, 1), _number(rng, 0.3, 0.99), 1e-3, _number(rng, 0.05, 1)
    return rng.normal(size=P), _sparse(rng, P), state, *settings


def q10_edges():
    yield np.ones(2), np.zeros(2), None, 0.1, 0.9, 1e-4, 0.01
    yield (
        np.zeros(1),
        -2 * np.ones(1),
        (np.ones(1), np.zeros(1), 10 * np.ones(1), 1),
        (0.01),
        0.5,
        1e-9,
        0.1,
    )
