"""Valid inputs of each question: random ones, and the edges that students forget."""

import numpy as np

FUNCTIONS = {
    "q1": "losses",
    "q2": "output_delta",
    "q3": "hidden_delta",
    "q4": "gradients",
    "q5": "gradient_check",
    "q6": "training_step",
    "q7": "elman",
    "q8": "lstm_step",
    "q9": "lstm_step_backward",
}


def q1(rng):
    N, K = rng.integers(1, 5, 2)
    t = rng.uniform(0, 1, (N, K)) * rng.integers(0, 2, (N, K)) + np.eye(K)[[0] * N]
    return rng.normal(0, 3, (N, K)), t / t.sum(axis=1, keepdims=True)


def q1_edges():
    yield np.array([[1000.0, 0.0, -1000.0]]), np.array([[0.0, 1.0, 0.0]])
    yield np.array([[1000.0, 0.0], [-1000.0, 0.0]]), np.eye(2)
    yield np.zeros((2, 1)), np.ones((2, 1))


def q2(rng):
    s, t = rng.normal(0, 2, (2, 3, 2))
    unit = str(rng.choice(["linear", "tanh", "logistic"]))
    return s, t, unit, str(rng.choice(["squared", "matched"]))


def q2_edges():
    for unit in ("linear", "tanh", "logistic"):
        for loss in ("squared", "matched"):
            yield np.array([0.73, 0.0]), np.array([1.0, -1.0]), unit, loss


def q3(rng):
    N, K, H = rng.integers(1, 5, 3)
    return rng.normal(size=(N, K)), rng.normal(size=(K, H)), rng.uniform(-1, 1, (N, H))


def q3_edges():
    yield np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1))
    yield np.array([[1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 0.0]]), np.zeros((1, 2))


def _layers(rng, widths):
    pairs = zip(widths[:-1], widths[1:], strict=True)
    return [(rng.normal(size=(b, a)), rng.normal(size=b)) for a, b in pairs]


def q4(rng):
    widths = [int(k) for k in rng.integers(1, 5, rng.integers(2, 5))]
    N = int(rng.integers(1, 5))
    X, T = rng.normal(size=(N, widths[0])), rng.uniform(-1, 1, (N, widths[-1]))
    return _layers(rng, widths), X, T


def q4_edges():
    yield [(np.ones((1, 1)), np.zeros(1))], np.array([[0.9287]]), np.array([[1.0]])
    yield [(np.eye(2), np.zeros(2))] * 3, np.eye(2), np.zeros((2, 2))


def q5(rng):
    P, kind = int(rng.integers(1, 6)), rng.integers(0, 5)
    B, theta = rng.normal(size=(P + 1, P)), rng.normal(size=P)
    bent = np.ones(P)
    bent[0] = (1.0, 1.0, 1.0001, -1.0, 0.0)[kind]

    def f(v):
        return float(np.sum(np.tanh(B @ v)))

    def gradient(v):
        return bent * (B.T @ (1 - np.tanh(B @ v) ** 2))

    return f, gradient, theta


def q5_edges():
    theta = np.array([0.5, -1.0])
    yield (lambda v: 1.0), (lambda v: 0 * v), theta
    yield (lambda v: 1.0), (lambda v: 0 * v + 1), theta
    yield (lambda v: float(v @ v)), (lambda v: 0 * v), theta
    yield (lambda v: float(v @ v)), (lambda v: v * np.array([2, np.nan])), theta
    yield (lambda v: float(v @ v)), (lambda v: 2 * v), theta


def q6(rng):
    widths = [int(k) for k in rng.integers(1, 5, rng.integers(2, 5))]
    N = int(rng.integers(1, 5))
    Y = [rng.uniform(-1, 1, (N, k)) for k in widths]
    rate = float(rng.uniform(0.01, 2))
    return _layers(rng, widths), Y, rng.normal(size=(N, widths[-1])), rate


def q6_edges():
    layers = [(np.array([[0.5]]), np.zeros(1)), (np.array([[2.0]]), np.zeros(1))]
    Y = [np.array([[1.0]]), np.array([[0.5]]), np.array([[0.8]])]
    yield layers, Y, np.array([[0.1]]), 1.0
    yield layers, Y, np.array([[0.1]]), 0.0


def q7(rng):
    N, T, D, H = (int(k) for k in rng.integers(1, 5, 4))
    W, U, b = rng.normal(size=(H, D)), rng.normal(size=(H, H)), rng.normal(size=H)
    return W, U, b, rng.normal(size=(N, T, D)), rng.normal(size=(N, T, H))


def q7_edges():
    one = np.ones((1, 1))
    G = np.array([[[0.0], [0.0], [1.0]]])
    yield one, 0.5 * one, np.zeros(1), np.zeros((1, 3, 1)), G
    yield one, one, np.ones(1), np.ones((2, 1, 1)), np.ones((2, 1, 1))


def _cell(rng):
    N, D, H = (int(k) for k in rng.integers(1, 5, 3))
    p = {"W": rng.normal(size=(4 * H, D)), "U": rng.normal(size=(4 * H, H))}
    p["b"] = rng.normal(size=4 * H)
    return p, rng.normal(size=(N, D)), rng.normal(size=(N, H)), rng.normal(size=(N, H))


def _still():
    zero, one = np.zeros((1, 1)), np.ones((1, 1))
    p = {"W": np.zeros((4, 1)), "U": np.zeros((4, 1)), "b": np.zeros(4)}
    yield p, zero, zero, one
    yield p | {"b": np.array([-50.0, 50.0, 3.0, 1.0])}, one, zero, 0.7 * one
    yield p | {"W": np.eye(4)[:, 2:3]}, one, one, one


def q8(rng):
    return _cell(rng)


def q8_edges():
    yield from _still()


def q9(rng):
    p, x, h, c = _cell(rng)
    return p, x, h, c, rng.normal(size=h.shape), rng.normal(size=h.shape)


def q9_edges():
    for case in _still():
        yield *case, np.ones((1, 1)), np.zeros((1, 1))
        yield *case, np.zeros((1, 1)), np.ones((1, 1))
