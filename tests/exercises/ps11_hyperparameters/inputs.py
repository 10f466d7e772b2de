"""Valid inputs of each question: random ones, and the edges that students forget."""

import numpy as np

FUNCTIONS = {
    "q1": "range_test",
    "q2": "read_off",
    "q3": "one_cycle",
    "q4": "products",
    "q5": "same_noise",
    "q6": "diagnose",
    "q7": "grid_and_random",
    "q8": "probe",
    "q9": "transfer_gain",
}


def _whole(rng, low, high, *shape):
    return [int(k) for k in rng.integers(low, high, *shape)]


def _model(losses):
    """A model that answers with the losses in turn and remembers what was asked."""
    state = {"k": 0}

    def train(rate):
        state["k"] += 1
        return float(losses[min(state["k"], len(losses)) - 1])

    def restore(snapshot):
        state["k"] = int(snapshot)

    return train, (lambda: state["k"]), restore


def q1(rng):
    steps = int(rng.integers(2, 25))
    losses = rng.uniform(0.5, 2, steps)
    kind = int(rng.integers(4))
    if kind == 1:
        losses[int(rng.integers(0, steps))] = rng.choice([np.nan, np.inf])
    elif kind > 1:
        losses = losses * 1.5 ** np.maximum(0, np.arange(steps) - 4)
    low = float(10 ** rng.uniform(-6, -2))
    return *_model(losses), low, low * float(10 ** rng.uniform(1, 5)), steps


def q1_edges():
    yield *_model([np.nan, 1.0]), 0.1, 1.0, 2
    yield *_model([1.0, 1.0]), 0.1, 1.0, 2
    yield *_model([1.0, 100.0, 1.0]), 0.1, 1.0, 3


def q2(rng):
    n = int(rng.integers(1, 20))
    return np.geomspace(1e-4, 10, n + 1)[:n], rng.uniform(0.8, 1.5, n)


def q2_edges():
    yield np.array([0.1]), np.array([1.0])
    yield np.array([1.0, 2.0, 4.0]), np.array([5.0, 1.0, 1.0])
    yield np.array([1.0, 2.0, 4.0]), np.array([3.0, 2.0, 1.0])


def q3(rng):
    return (
        int(rng.integers(3, 300)),
        float(rng.uniform(0.01, 0.1)),
        float(rng.uniform(0.2, 3)),
    )


def q3_edges():
    yield 3, 0.1, 1.0
    yield 20, 0.1, 1.0
    yield 39, 0.5, 0.5


def q4(rng):
    rate, mu = float(rng.uniform(0.001, 1)), float(rng.uniform(0, 0.99))
    batch, N, epochs = _whole(rng, [1, 100, 1], [300, 5000, 50])
    return rate, mu, batch, N, float(rng.uniform(0, 1e-2)), epochs


def q4_edges():
    yield 0.1, 0.0, 10, 100, 1e-3, 1
    yield 0.1, 0.9, 100, 100, 1e-3, 2
    yield 0.1, 0.9, 200, 100, 1e-3, 2


def q5(rng):
    mu, new_mu = (float(v) for v in rng.uniform(0, 0.99, 2))
    batch, new_batch = _whole(rng, 1, 500, 2)
    rate = float(rng.uniform(0.001, 1))
    return rate, mu, batch, new_mu, new_batch, float(10 ** rng.uniform(-2, 2))


def q5_edges():
    yield 0.1, 0.9, 64, 0.0, 64, 1.9
    yield 0.1, 0.9, 64, 0.0, 64, 2.1


def q6(rng):
    n = int(rng.integers(4, 15))
    curves = []
    for _ in range(2):
        curve = 3 * float(rng.uniform(0.6, 0.98)) ** np.arange(n)
        k = int(rng.integers(0, n))
        curve[k:] += float(rng.uniform(-0.05, 0.3)) * np.arange(n - k)
        curves.append(float(10 ** rng.uniform(-2, 2)) * curve)
    if rng.random() < 0.15:
        curves[int(rng.integers(2))][int(rng.integers(n))] = rng.choice(
            [np.nan, np.inf]
        )
    return tuple(curves)


def q6_edges():
    fall = np.array([4.0, 3.0, 2.0, 1.0])
    yield fall, fall
    yield fall, fall[::-1].copy()
    yield fall[::-1].copy(), fall
    yield np.ones(4), np.ones(4)


def q7(rng):
    a, b = rng.uniform(-4, 0, 2)
    limit = float(rng.uniform(-3, 1))

    def score(first, second):
        x, y = np.log10(first), np.log10(second)
        return float("nan") if x + y > limit else float((x - a) ** 2 + abs(y - b))

    low = float(10 ** rng.uniform(-5, -2))
    high = low * float(10 ** rng.uniform(0.5, 4))
    return score, low, high, int(rng.integers(2, 6)), int(rng.integers(0, 1000))


def q7_edges():
    yield (lambda a, b: float("nan")), 0.1, 1.0, 2, 0
    yield (lambda a, b: float("inf")), 0.1, 1.0, 2, 0


def q8(rng):
    N, M, d, classes = _whole(rng, [3, 1, 1, 2], [20, 20, 5, 5])
    a, new = rng.normal(size=(N, d)) + 1, rng.normal(size=(M, d)) + 1
    labels, truth = rng.integers(0, classes, N), rng.integers(0, classes, M)
    return a, labels, new, truth, classes, float(10 ** rng.uniform(-2, 1))


def q8_edges():
    yield np.ones((1, 1)), np.array([0]), np.ones((1, 1)), np.array([1]), 2, 1.0


def q9(rng):
    S = int(rng.integers(2, 10))
    return rng.integers(0, 20, S) / 20, rng.integers(0, 20, S) / 20


def q9_edges():
    yield np.array([0.5, 0.5]), np.array([0.5, 0.4])
    yield np.array([0.5, 0.7]), np.array([0.5, 0.7])
