"""Valid inputs of each question: random ones, and the edges that students forget."""

import numpy as np

FUNCTIONS = {
    "q1": "armijo",
    "q2": "cg_direction",
    "q3": "conjugate_gradients",
    "q4": "newton_step",
    "q5": "inverse_update",
    "q6": "judge_update",
    "q7": "jacobian",
    "q8": "whose_jacobian",
    "q9": "lm_step",
    "q10": "levenberg_marquardt",
}


def _positive(rng, n):
    M = rng.normal(size=(n, n))
    return M @ M.T + np.eye(n)


def _counted(function):
    """A function that keeps what it was asked."""

    def asked(x):
        asked.asked.append(np.array(x, dtype=float))
        return function(x)

    asked.asked = []
    return asked


def q1(rng):
    value, slope, bend = (float(v) for v in rng.uniform([-3, -5, -1], [3, -0.1, 20]))
    wall = float(rng.uniform(0.1, 4))
    bad = float(rng.choice([np.nan, np.inf, -np.inf]))

    def e(a):
        return value + slope * a + bend * a * a if a < wall else bad

    step, c1 = float(10 ** rng.uniform(-2, 2)), float(rng.uniform(0.01, 0.95))
    return _counted(e), value, slope, step, c1


def q1_edges():
    yield _counted(lambda a: 1 + a), 1.0, -1.0, 1.0, 0.1
    yield _counted(lambda a: 1 - 0.5 * a), 1.0, -1.0, 1.0, 0.5
    last = 2.0**-39
    yield _counted(lambda a: 1 - a if a == last else 2.0), 1.0, -1.0, 1.0, 0.5
    yield _counted(lambda a: 1 - a if a < last else 2.0), 1.0, -1.0, 1.0, 0.5


def q2(rng):
    P, restart = (int(v) for v in rng.integers([1, 1], [6, 8]))
    k, kind = int(rng.integers(12)), str(rng.choice(["FR", "PR+"]))
    g, g_old, p_old = rng.normal(size=(3, P))
    if k == 0:
        return g, None, None, kind, k, restart
    return g, g_old, 3 * p_old, kind, k, restart


def q2_edges():
    e = np.array([1.0, 0.0])
    yield e, None, None, "FR", 0, 1
    yield e, e, np.array([1.0, 5.0]), "FR", 1, 9
    yield e, e, -e, "PR+", 1, 9
    yield e, e, -e, "FR", 6, 3


def q3(rng):
    n = int(rng.integers(1, 6))
    b, x = rng.normal(size=(2, n))
    kind = str(rng.choice(["FR", "PR+"]))
    return _positive(rng, n), b, x, int(rng.integers(0, n + 1)), kind


def q3_edges():
    yield np.eye(3), np.ones(3), np.ones(3), 3, "FR"
    yield np.eye(3), np.ones(3), np.zeros(3), 3, "PR+"
    yield np.eye(3), np.zeros(3), np.zeros(3), 3, "FR"
    yield np.eye(2), 1e-12 * np.array([1.0, 2.0]), np.zeros(2), 2, "FR"
    yield 1e-7 * np.diag([1.0, 2.0]), np.ones(2), np.zeros(2), 2, "FR"
    yield np.diag([1.0, 4.0]), np.zeros(2), np.array([4.0, 1.0]), 2, "FR"


def q4(rng):
    P = int(rng.integers(1, 6))
    M = rng.normal(size=(P, P))
    return M + M.T + rng.uniform(-2, 5) * np.eye(P), rng.normal(size=P), 0.3


def q4_edges():
    yield np.zeros((2, 2)), np.ones(2), 0.5
    yield np.diag([4.0, -2.0]), np.array([4.5, -0.1]), 0.5
    yield np.diag([4.0, 0.5]), np.array([4.5, -0.1]), 0.5


def q5(rng):
    P = int(rng.integers(1, 6))
    s, y = rng.normal(size=(2, P))
    return _positive(rng, P), s, y


def q5_edges():
    e = np.array([1.0, 0.0])
    yield np.eye(2), e, np.array([2.0, 1.0])
    yield np.eye(2), np.zeros(2), np.zeros(2)
    yield np.eye(2), e, np.array([0.0, 1.0])
    yield np.eye(2), e, np.array([1e-12, 1.0])
    yield np.eye(2), 1e-8 * e, np.array([2e-8, 1e-8])


def _bfgs(V, s, y):
    half = np.eye(len(s)) - np.outer(s, y) / (y @ s)
    return half @ V @ half.T + np.outer(s, s) / (y @ s)


def _dfp(V, s, y):
    z = V @ y
    return V - np.outer(z, z) / (y @ z) + np.outer(s, s) / (y @ s)


def _printed(V, s, y):
    z = V @ s
    return V - np.outer(z, z) / (s @ z) + np.outer(y, y) / (s @ s)


def _only_identity(V, s, y):
    return V - np.outer(s, s) / (s @ s) + np.outer(y, y) / (y @ s)


def _swapped(rule):
    return lambda M, s, y: rule(M, y, s)


def _one_sided(V, s, y):
    return V + np.outer(s - V @ y, y) / (y @ y)


RULES = [_bfgs, _dfp, _printed, _only_identity, _one_sided]
RULES += [_swapped(rule) for rule in RULES]


def q6(rng):
    first, second = (RULES[int(k)] for k in rng.integers(len(RULES), size=2))
    weight = float(rng.choice([0.0, 0.0, 0.01, 0.5]))
    return (lambda M, s, y: (1 - weight) * first(M, s, y) + weight * second(M, s, y),)


def q6_edges():
    for rule in RULES:
        yield (rule,)
    yield (lambda M, s, y: _bfgs(M, s, y) if s[0] < s[1] else M,)
    yield (lambda M, s, y: _bfgs(M, s, y) if s[0] > s[1] else M,)
    yield (lambda M, s, y: 1.01 * _bfgs(M, s, y),)


def q7(rng):
    sizes = [int(v) for v in rng.integers(1, 5, int(rng.integers(2, 5)))]
    layers = [
        (rng.normal(size=(out, into)), rng.normal(size=out))
        for into, out in zip(sizes[:-1], sizes[1:], strict=True)
    ]
    return layers, rng.normal(size=(int(rng.integers(1, 4)), sizes[0]))


def q7_edges():
    yield [(np.array([[2.0]]), np.array([1.0]))], np.array([[3.0]])
    yield [(np.eye(2), np.zeros(2)), (np.ones((1, 2)), np.zeros(1))], np.zeros((2, 2))


def q8(rng):
    R, P = (int(v) for v in rng.integers([1, 1], [6, 6]))
    M, theta, t = rng.normal(size=(R, P)), rng.normal(size=P), rng.normal(size=R)
    J = M / np.cosh(M @ theta)[:, None] ** 2
    J = J * float(rng.choice([-1, 1, 1.5]))
    if rng.random() < 0.3:
        J[int(rng.integers(R)), int(rng.integers(P))] += float(rng.choice([1e-3, 0.1]))
    return (lambda theta: t - np.tanh(M @ theta)), theta, J


def q8_edges():
    yield (lambda theta: 1 - theta), np.zeros(2), np.eye(2)
    yield (lambda theta: 1 - theta), np.zeros(2), -np.eye(2)
    yield (lambda theta: 1 - theta), np.zeros(2), np.diag([1.0, -1.0])


def q9(rng):
    R, P = (int(v) for v in rng.integers([1, 1], [8, 6]))
    J = rng.normal(size=(R, P))
    J[:, int(rng.integers(P))] *= rng.integers(2)
    kind = str(rng.choice(["levenberg", "marquardt"]))
    return J, rng.normal(size=R), float(10 ** rng.uniform(-2, 2)), kind


def q9_edges():
    yield np.zeros((1, 2)), np.ones(1), 1.0, "marquardt"
    yield np.array([[0.25, 0.25]]), np.array([-0.5]), 0.125, "levenberg"
    yield np.array([[1.0, 0.0], [2.0, 0.0]]), np.array([1.0, 1.0]), 0.5, "marquardt"


def q10(rng):
    x = np.sort(rng.uniform(0, 2, 8))
    t = 2 * np.exp(-x) + 0.5 * rng.normal(size=8)

    def f(theta):
        y = np.exp(-theta[1] * x)
        return theta[0] * y - t, np.stack([y, -theta[0] * x * y], axis=1)

    theta, lam = rng.uniform([-1, -2], [1, 4]), float(10 ** rng.uniform(-4, 0))
    return _counted(f), theta, lam, int(rng.integers(4))


def q10_edges():
    for answer in (np.nan, np.inf, 3.0, 2.0):

        def f(theta, answer=answer):
            first = np.array_equal(theta, [1.0, 2.0])
            return np.array([3.0 if first else answer, 0.0]), np.eye(2)

        yield _counted(f), np.array([1.0, 2.0]), 1.0, 3
    yield _counted(lambda v: (v - 1, np.eye(1))), np.array([5.0]), 1.0, 0
