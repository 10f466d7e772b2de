"""Valid inputs of each question: random ones, and the edges that students forget."""

import numpy as np

from course_lib.layers.sparse_conv import pixel_index, receptive_mask, toeplitz_matrix

FUNCTIONS = {
    "q1": "pixel_index",
    "q2": "operator_d",
    "q3": "conv_matrix",
    "q4": "input_gradient",
    "q5": "masked_step",
    "q6": "tied_gradient",
    "q7": "effective_kernels",
    "q8": "one_kernel",
    "q9": "kind",
    "q10": "costs",
}


def _pairs(*arrays):
    return tuple(tuple(int(k) for k in pair) for pair in arrays)


def _geometry(rng):
    f, t, p = rng.integers(1, 4, 2), rng.integers(1, 4, 2), rng.integers(0, 3, 2)
    size = np.maximum(f - 2 * p, 1) + rng.integers(0, 5, 2)
    return _pairs(size, f, t, p)


def q1(rng):
    return _geometry(rng)


def q1_edges():
    yield (1, 1), (1, 1), (1, 1), (0, 0)
    yield (2, 3), (2, 3), (5, 5), (0, 0)
    yield (2, 2), (3, 3), (1, 2), (1, 1)


def q2(rng):
    size, f, t, p = _geometry(rng)
    C, K = (int(k) for k in rng.integers(1, 4, 2))
    X, F = rng.normal(size=(C, *size)), rng.normal(size=(K, C, *f))
    return X, F, rng.normal(size=K), pixel_index(size, f, t, p)


def q2_edges():
    ones = np.ones((1, 1, 1, 1))
    yield np.ones((1, 1, 1)), ones, np.zeros(1), np.array([[0], [-1]])
    yield np.ones((1, 2, 2), dtype=int), ones, np.ones(1), np.array([[3]])


def q3(rng):
    size, f, t, p = _geometry(rng)
    return rng.normal(size=f), size, t, p


def q3_edges():
    yield np.ones((1, 1)), (1, 1), (1, 1), (0, 0)
    yield np.array([[1, 2], [3, 4]]), (2, 2), (1, 1), (1, 1)


def q4(rng):
    size, f, t, p = _geometry(rng)
    rho = pixel_index(size, f, t, p)
    return rng.normal(size=f), rng.normal(size=len(rho)), rho, size


def q4_edges():
    yield np.ones((1, 1)), np.ones(1), np.array([[-1]]), (1, 1)
    yield np.array([[1, 2]]), np.array([1, 3]), np.array([[0, 1], [1, -1]]), (1, 2)


def q5(rng):
    size, f, t, p = _geometry(rng)
    rho = pixel_index(size, f, t, p)
    A = rng.normal(size=(len(rho), size[0] * size[1]))
    x, G = rng.normal(size=A.shape[1]), rng.normal(size=len(A))
    return A, x, G, rho, float(rng.uniform(0, 2))


def q5_edges():
    yield np.ones((1, 1)), np.ones(1), np.ones(1), np.array([[-1]]), 0.5
    yield np.zeros((1, 2)), np.ones(2), np.ones(1), np.array([[1]]), 1


def q6(rng):
    size, f, t, p = _geometry(rng)
    rho = pixel_index(size, f, t, p)
    return rng.normal(size=(len(rho), size[0] * size[1])), rho


def q6_edges():
    yield np.ones((1, 1)), np.array([[-1]])
    yield np.array([[1, 2], [3, 4]]), np.array([[0, 1], [1, -1]])


def q7(rng):
    n, U = (int(k) for k in rng.integers(1, 8, 2))
    W, mask = rng.normal(size=(n, n)), rng.integers(0, 2, (n, n))
    windows, G = rng.normal(size=(U, n)), rng.normal(size=U)
    return W, mask, windows, G, float(rng.uniform(0, 2))


def q7_edges():
    yield np.ones((1, 1)), np.zeros((1, 1)), np.ones((2, 1)), np.ones(2), 1
    yield np.eye(3), np.eye(3), np.ones((1, 3)), np.ones(1), 0.5


def q8(rng):
    shapes = _pairs(rng.integers(1, 4, 2), rng.integers(1, 4, 2))
    F1, F2 = (rng.normal(size=shape) for shape in shapes)
    return F1, F2, _pairs(rng.integers(1, 5, 2))[0]


def q8_edges():
    yield np.ones((1, 1)), np.ones((1, 1)), (2, 3)
    yield np.array([[1, 2]]), np.array([[1], [1]]), (1, 1)


def q9(rng):
    size, f, t, p = _geometry(rng)
    rho = pixel_index(size, f, t, p)
    A = toeplitz_matrix(rng.normal(size=f), size, rho).toarray()
    if rng.random() < 0.7:
        places = receptive_mask(rho, size)
        if rng.random() < 0.5:
            places = ~places
        found = np.argwhere(places)
        if len(found):
            A[tuple(rng.permutation(found)[0])] += rng.choice([-0.1, 0.1])
    return A, rho


def q9_edges():
    yield np.zeros((1, 1)), np.array([[0]])
    yield np.zeros((1, 1)), np.array([[-1]])
    yield np.ones((1, 1)), np.array([[-1]])
    yield np.array([[1, 0], [0, 1]]), np.array([[0], [1]])


def q10(rng):
    size, f, t, p = _geometry(rng)
    C, K = (int(k) for k in rng.integers(1, 6, 2))
    return C, K, pixel_index(size, f, t, p), size[0] * size[1]


def q10_edges():
    yield 1, 1, np.array([[0]]), 1
    yield 2, 3, np.array([[-1, -1], [-1, 0]]), 1
