"""Valid inputs of each question: random ones, and the edges that students forget."""

import numpy as np

FUNCTIONS = {
    "q1": "handed_over",
    "q2": "damped_search",
    "q3": "hybrid_epoch",
    "q4": "batch_epoch",
    "q5": "boundaries",
    "q6": "decibels",
    "q7": "paralysed",
    "q8": "forward_count",
    "q9": "lm_ticks",
    "q10": "cheapest",
}


def _whole(rng, low, high, *shape):
    return [int(k) for k in rng.integers(low, high, *shape)]


def q1(rng):
    N, K, h, n = _whole(rng, 1, 6, 4)
    delta, r = rng.normal(size=(N, K, h)), rng.normal(size=(N, K))
    return delta, r, rng.normal(size=(h, n))


def q1_edges():
    yield np.ones((1, 1, 1)), np.ones((1, 1)), np.ones((1, 1))
    yield np.ones((2, 1, 3)), np.zeros((2, 1)), np.ones((3, 1))


def _recorder(answers):
    def value(theta):
        value.asked.append(np.array(theta))
        return float(answers[min(len(value.asked), len(answers)) - 1])

    value.asked = []
    return value


def q2(rng):
    R, T = _whole(rng, 1, 6, 2)
    J, r = rng.normal(size=(R, T)), rng.normal(size=R)
    factors = rng.choice([2.0, 1.0, np.inf, np.nan, 0.5], 6)
    value = _recorder(0.5 * (r @ r) * factors)
    attempts = int(rng.integers(1, 7))
    return value, rng.normal(size=T), J, r, float(10 ** rng.uniform(-3, 1)), attempts


def q2_edges():
    J, r = np.array([[1.0]]), np.array([2.0])
    yield _recorder([2.0, 1.0]), np.zeros(1), J, r, 1.0, 2
    yield _recorder([2.0]), np.zeros(1), J, r, 1.0, 1
    yield _recorder([0.0]), np.zeros(2), np.ones((1, 2)), r, 0.5, 3


def q3(rng):
    maps, h, M = _whole(rng, 1, 4, 3)
    N, H, W = _whole(rng, [3, 2, 2], [9, 4, 4])
    widths = (maps * (H - 1) * (W - 1), h, M)
    x, t = rng.normal(size=(N, H, W)), rng.integers(0, 2, (N, M)).astype(float)
    a = rng.normal(size=5 * maps)
    b = rng.normal(size=h * widths[0] + h + M * h + M)
    state = {"m": rng.normal(size=len(a)), "v": 1 + rng.random(len(a))}
    state |= {"k": int(rng.integers(0, 9)), "lam": float(10 ** rng.uniform(-2, 0))}
    order = ("simultaneous", "sequential")[int(rng.integers(2))]
    return a, b, state, x, t, widths, float(rng.choice([0.0, 0.01, 0.3])), order


def q3_edges():
    yield q3(np.random.default_rng(1))


def q4(rng):
    T, count = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    sizes = _whole(rng, 1, 6, count)
    J, r = rng.normal(size=(sum(sizes), T)), rng.normal(size=sum(sizes))

    def linearize(theta, part):
        linearize.asked.append(np.array(theta))
        return J[part], r[part] + np.sin(J[part] @ theta)

    linearize.asked = []
    parts = np.split(rng.permutation(sum(sizes)), np.cumsum(sizes)[:-1])
    mode = ("mean", "accumulate", "sequential")[int(rng.integers(3))]
    return linearize, rng.normal(size=T), parts, float(rng.uniform(0.1, 2)), mode


def q4_edges():
    for seed in range(3):
        yield q4(np.random.default_rng(seed))


def q5(rng):
    count = int(rng.integers(1, 7))
    convolutions = int(rng.integers(0, count + 1))
    layers = []
    for k in range(count):
        kind = "conv" if k < convolutions else "dense"
        layers.append((kind, int(rng.integers(1, 600)), int(rng.integers(1, 1500))))
    return layers, int(10 ** rng.uniform(3, 9))


def q5_edges():
    yield [("dense", 1000, 2000)], 8 * 2000**2
    yield [("dense", 1001, 1999)], 8
    yield [("dense", 250, 1000)] * 4, 8
    yield [("dense", 200, 1000)] * 5 + [("dense", 1, 10)], 8
    yield [("conv", 5, 1)] + [("dense", 600, 1000)] * 2, 8 * 2000**2 - 1


def q6(rng):
    steps, Q, M = _whole(rng, [1, 1, 1], [7, 6, 4])
    t = rng.integers(0, 2, (Q, M))
    scale = 10 ** rng.uniform(-2, 0, (steps, 1, 1))
    return t + scale * rng.uniform(0.2, 1, (steps, Q, M)), t


def q6_edges():
    yield np.ones((1, 1, 1)), np.zeros((1, 1))
    yield np.array([[[1.0]], [[0.5]], [[0.4]]]), np.zeros((1, 1))


def q7(rng):
    t = np.eye(3)[np.concatenate([[0, 1], rng.integers(0, 3, 10)])]
    sse, width = float(rng.uniform(5, 40)), float(rng.uniform(0.2, 1))
    level = 10 * np.log10(np.sum((t - t.mean(axis=0)) ** 2) / sse)
    errors = level + width * rng.uniform(-1.1, 1.1, int(rng.integers(1, 9)))
    return [float(e) for e in errors], t, sse, width, int(rng.integers(1, 7))


def q7_edges():
    t = np.array([[1.0, 0.0], [0.0, 1.0]])
    yield [0.0], t, 1.0, 0.5, 1
    yield [0.0, 0.5, -0.5], t, 1.0, 0.5, 3
    yield [0.0], t, 1.0, 0.5, 2


def q8(rng):
    layers = []
    for _ in range(int(rng.integers(1, 5))):
        kind = ("dense", "conv", "pool")[int(rng.integers(3))]
        sizes = {"dense": 2, "conv": 6, "pool": 5}[kind]
        layers.append((kind, *_whole(rng, 1, 7, sizes)))
    return layers, int(rng.integers(1, 9))


def q8_edges():
    yield [], 3
    yield [("pool", 1, 1, 1, 1, 1)], 1


def q9(rng):
    R, T, attempts = _whole(rng, [1, 1, 0], [50, 50, 9])
    forward, jacobian = (tuple(_whole(rng, 0, 99, 3)) for _ in range(2))
    return R, T, forward, jacobian, attempts


def q9_edges():
    yield 1, 1, (0, 0, 0), (0, 0, 0), 0
    yield 1, 2, (1, 2, 3), (3, 2, 1), 1


def q10(rng):
    curves, ticks = {}, {}
    for name in ("Adam", "hybrid", "LM")[: int(rng.integers(1, 4))]:
        fallen = rng.uniform(-9, 0, int(rng.integers(0, 8)))
        curves[name] = [0.0, *(float(e) for e in fallen)]
        ticks[name] = float(rng.uniform(1, 20))
    return curves, ticks, float(rng.uniform(-10, -1))


def q10_edges():
    yield {"a": [0.0, -5.0]}, {"a": 2.0}, -5.0
    yield {"a": [0.0]}, {"a": 2.0}, 0.0
    yield {"a": [0.0]}, {"a": 2.0}, -1.0
