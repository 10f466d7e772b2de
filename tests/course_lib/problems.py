"""Problems with known answers, for every method that takes them.

Least-squares problems of Moré, Garbow and Hillstrom 1981 with their usual starts and
minima (½ r·r here, r·r there), Jacobians by complex steps, exact to rounding.
"""

from typing import Any, NamedTuple

import numpy as np

from course_lib.objectives import Function, LeastSquares


class Problem(NamedTuple):
    """An objective, where to start, and the value at the minimum."""

    objective: Any
    start: np.ndarray
    minimum: float


def least_squares(residual):
    """The objective of a residual written with analytic functions."""

    def jacobian(theta):
        h = 1e-30
        columns = np.eye(len(theta)) * 1j * h
        return np.stack([residual(theta + c).imag / h for c in columns], axis=1)

    return LeastSquares(residual, jacobian)


def rosenbrock(x):
    pairs = [(10 * (x[i + 1] - x[i] ** 2), 1 - x[i]) for i in range(0, len(x), 2)]
    return np.array([r for pair in pairs for r in pair])


def beale(x):
    return np.array(
        [y - x[0] * (1 - x[1] ** k) for k, y in ((1, 1.5), (2, 2.25), (3, 2.625))]
    )


def powell(x):
    return np.array(
        [
            x[0] + 10 * x[1],
            5**0.5 * (x[2] - x[3]),
            (x[1] - 2 * x[2]) ** 2,
            10**0.5 * (x[0] - x[3]) ** 2,
        ]
    )


def wood(x):
    return np.array(
        [
            10 * (x[1] - x[0] ** 2),
            1 - x[0],
            90**0.5 * (x[3] - x[2] ** 2),
            1 - x[2],
            10**0.5 * (x[1] + x[3] - 2),
            (x[1] - x[3]) / 10**0.5,
        ]
    )


def helical(x):
    angle = np.arctan(x[1] / x[0]) / (2 * np.pi) + (0.5 if x[0].real < 0 else 0)
    return np.array(
        [10 * (x[2] - 10 * angle), 10 * ((x[0] ** 2 + x[1] ** 2) ** 0.5 - 1), x[2]]
    )


KOWALIK = np.array(
    [
        0.1957,
        0.1947,
        0.1735,
        0.16,
        0.0844,
        0.0627,
        0.0456,
        0.0342,
        0.0323,
        0.0235,
        0.0246,
    ]
)
U = np.array([4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625])


def kowalik(x):
    return KOWALIK - x[0] * (U**2 + U * x[1]) / (U**2 + U * x[2] + x[3])


OSBORNE = np.array(
    [
        0.844,
        0.908,
        0.932,
        0.936,
        0.925,
        0.908,
        0.881,
        0.85,
        0.818,
        0.784,
        0.751,
        0.718,
        0.685,
        0.658,
        0.628,
        0.603,
        0.58,
        0.558,
        0.538,
        0.522,
        0.506,
        0.49,
        0.478,
        0.467,
        0.457,
        0.448,
        0.438,
        0.431,
        0.424,
        0.42,
        0.414,
        0.411,
        0.406,
    ]
)
T = 10.0 * np.arange(33)


def osborne(x):
    return OSBORNE - (x[0] + x[1] * np.exp(-x[3] * T) + x[2] * np.exp(-x[4] * T))


MEYER = np.array(
    [
        34780,
        28610,
        23650,
        19630,
        16370,
        13720,
        11540,
        9744,
        8261,
        7030,
        6005,
        5147,
        4427,
        3820,
        3307,
        2872,
    ]
)


def meyer(x):
    return x[0] * np.exp(x[1] / (45 + 5.0 * np.arange(1, 17) + x[2])) - MEYER


def linear(rows, columns, rank, seed=0):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(rows, rank)) @ rng.normal(size=(rank, columns))
    b = rng.normal(size=rows)
    best = np.linalg.lstsq(A, b, rcond=None)[0]
    return Problem(
        least_squares(lambda x: A @ x - b),
        np.ones(columns),
        float(np.sum((A @ best - b) ** 2) / 2),
    )


def quadratic(condition, n=10):
    rng = np.random.default_rng(1)
    Q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    root = np.diag(np.geomspace(1, condition, n) ** 0.5) @ Q.T
    return Problem(least_squares(lambda x: root @ x), np.ones(n), 0.0)


def logistic_regression():
    from course_lib.losses import BinaryCrossEntropy

    rng = np.random.default_rng(2)
    x = rng.normal(size=(60, 3))
    t = (rng.random((60, 1)) < 1 / (1 + np.exp(-x @ [[1.0], [-2], [0.5]]))).astype(
        float
    )
    loss, rho = BinaryCrossEntropy(), 1e-3

    def value(w):
        return loss.value(x @ w[:, None], t) + rho / 2 * w @ w

    def gradient(w):
        return x.T @ loss.gradient(x @ w[:, None], t)[:, 0] + rho * w

    def hessian(w):
        root = loss.factor(x @ w[:, None], t)[:, 0, 0]
        return (x * root[:, None]).T @ (x * root[:, None]) + rho * np.eye(3)

    return Problem(Function(value, gradient, hessian), np.zeros(3), 0.4783892871)


# Half of the sums of squares in the table of 1981; Meyer's 87.9458, Kowalik and
# Osborne's 3.07505e-4, Osborne's 5.46489e-5.
LEAST_SQUARES = {
    "rosenbrock 2": Problem(least_squares(rosenbrock), np.array([-1.2, 1.0]), 0.0),
    "rosenbrock 20": Problem(least_squares(rosenbrock), np.tile([-1.2, 1.0], 10), 0.0),
    "beale": Problem(least_squares(beale), np.ones(2), 0.0),
    "powell singular": Problem(least_squares(powell), np.array([3.0, -1, 0, 1]), 0.0),
    "wood": Problem(least_squares(wood), np.array([-3.0, -1, -3, -1]), 0.0),
    "helical valley": Problem(least_squares(helical), np.array([-1.0, 0, 0]), 0.0),
    "kowalik osborne": Problem(
        least_squares(kowalik), np.array([0.25, 0.39, 0.415, 0.39]), 3.075056e-4 / 2
    ),
    "osborne 1": Problem(
        least_squares(osborne),
        np.array([0.5, 1.5, -1, 0.01, 0.02]),
        5.464895e-5 / 2,
    ),
    "meyer": Problem(least_squares(meyer), np.array([0.02, 4000, 250]), 87.94586 / 2),
    "quadratic 1": quadratic(1.0),
    "quadratic 1e3": quadratic(1e3),
    "quadratic 1e6": quadratic(1e6),
    "linear fit": linear(12, 5, 5),
    "rank-deficient fit": linear(12, 5, 3),
    "underdetermined fit": linear(4, 9, 4),
}
