"""Valid inputs of each question: random ones, and the edges that students forget."""

import numpy as np

FUNCTIONS = {
    "q1": "full_correlate",
    "q2": "conv_forward",
    "q3": "conv_grad_kernel",
    "q4": "conv_grad_input_1",
    "q5": "spread",
    "q6": "conv_grad_input",
    "q7": "maxpool_forward",
    "q8": "maxpool_backward",
    "q9": "conv_delta_from_pool",
    "q10": "loss_and_gradients",
}


def _whole(rng, least, most):
    return [int(k) for k in rng.integers(least, most)]


def _convolution(rng):
    """Sizes that fit: N, C, O, image, kernel, stride, padding, places."""
    N, C, O, f1, f2, t, p = _whole(rng, [1, 1, 1, 1, 1, 1, 0], [3, 3, 3, 4, 4, 4, 3])
    H, W = max(f1 - 2 * p, 1), max(f2 - 2 * p, 1)
    H, W = H + int(rng.integers(5)), W + int(rng.integers(5))
    h, w = (H + 2 * p - f1) // t + 1, (W + 2 * p - f2) // t + 1
    return N, C, O, (H, W), (f1, f2), t, p, (h, w)


def q1(rng):
    h, w, f1, f2 = _whole(rng, 1, [5, 5, 5, 5])
    return rng.normal(size=(h, w)), rng.normal(size=(f1, f2))


def q1_edges():
    yield np.ones((1, 1)), np.full((1, 1), 2.0)
    yield np.arange(4).reshape(2, 2), np.array([[1, 2]])


def q2(rng):
    N, C, O, size, f, t, p, _ = _convolution(rng)
    return (
        rng.normal(size=(N, C, *size)),
        rng.normal(size=(O, C, *f)),
        rng.normal(size=O),
        t,
        p,
    )


def q2_edges():
    yield np.ones((1, 1, 1, 1)), np.ones((1, 1, 3, 3)), np.zeros(1), 2, 1
    yield np.arange(9).reshape(1, 1, 3, 3), np.ones((2, 1, 2, 2)), np.array([0, 1])


def q3(rng):
    N, C, O, size, f, t, p, out = _convolution(rng)
    return rng.normal(size=(N, C, *size)), rng.normal(size=(N, O, *out)), f, t, p


def q3_edges():
    yield np.arange(9).reshape(1, 1, 3, 3), np.arange(4).reshape(1, 1, 2, 2), (2, 2)
    yield np.ones((1, 2, 4, 3)), np.ones((1, 1, 2, 1)), [2, 3], 2


def q4(rng):
    N, C, O, _, f, _, _, out = _convolution(rng)
    return rng.normal(size=(N, O, *out)), rng.normal(size=(O, C, *f))


def q4_edges():
    yield np.ones((1, 1, 1, 1)), np.ones((1, 1, 1, 1))
    yield np.arange(4).reshape(1, 1, 2, 2), np.array([[[[1, 0], [2, -1]]]])


def q5(rng):
    rest = _whole(rng, 1, [3] * int(rng.integers(3))) if rng.random() < 0.8 else []
    h, w, t = _whole(rng, 1, [5, 5, 5])
    return rng.normal(size=(*rest, h, w)), t


def q5_edges():
    yield np.ones((1, 1)), 3
    yield np.arange(6).reshape(2, 3), 1


def q6(rng):
    N, C, O, size, f, t, p, out = _convolution(rng)
    return rng.normal(size=(N, O, *out)), rng.normal(size=(O, C, *f)), size, t, p


def q6_edges():
    yield np.array([[[[1.0, 10.0]]]]), np.array([[[[1.0, 2.0]]]]), (1, 5), 2
    yield np.ones((1, 1, 3, 3)), np.ones((1, 1, 3, 3)), (1, 1), 1, 2


def q7(rng):
    N, C, m, t = _whole(rng, 1, [3, 3, 4, 4])
    p = int(rng.integers(m))
    H, W = (max(m - 2 * p, 1) + int(rng.integers(5)) for _ in range(2))
    X = rng.normal(size=(N, C, H, W))
    return (np.round(X) if rng.random() < 0.5 else X), m, t, p


def q7_edges():
    yield -np.ones((1, 1, 2, 2)), 2, 2, 1
    yield np.arange(9).reshape(1, 1, 3, 3), 2, 1
    yield np.zeros((1, 2, 1, 1)), 1, 1


def q8(rng):
    shape = tuple(_whole(rng, 1, [3, 3, 5, 5]))
    out = (*shape[:2], *_whole(rng, 1, [4, 4]))
    return rng.normal(size=out), rng.integers(0, shape[2] * shape[3], out), shape


def q8_edges():
    yield np.ones((1, 1, 2, 2)), np.zeros((1, 1, 2, 2), dtype=int), (1, 1, 3, 3)
    yield np.ones((1, 1, 1, 1)), np.array([[[[5]]]]), (1, 1, 2, 3)


def q9(rng):
    g, winner, shape = q8(rng)
    s = rng.normal(size=shape)
    kind = str(rng.choice(["linear", "tanh", "relu"]))
    return g, winner, (np.round(s) if rng.random() < 0.5 else s), kind


def q9_edges():
    for kind in ("linear", "tanh", "relu"):
        yield (
            np.ones((1, 1, 1, 1)),
            np.zeros((1, 1, 1, 1), int),
            np.zeros((1, 1, 2, 2)),
            kind,
        )


def q10(rng):
    N, C, O1, O2, K = _whole(rng, 1, [4, 3, 4, 3, 3])
    shapes = {"K1": (O1, C, 3, 3), "b1": (O1,), "K2": (O2, O1, 2, 2), "b2": (O2,)}
    shapes |= {"W": (K, 6 * O2), "b": (K,)}
    params = {name: 0.5 * rng.normal(size=shape) for name, shape in shapes.items()}
    return params, rng.normal(size=(N, C, 9, 8)), rng.normal(size=(N, K))


def q10_edges():
    rng = np.random.default_rng(5)
    yield q10(rng)
