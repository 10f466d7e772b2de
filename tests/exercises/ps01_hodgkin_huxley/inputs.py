"""Valid inputs of each question: random ones, and the edges that students forget."""

import numpy as np

FUNCTIONS = {
    "q1": "rates",
    "q2": "gate",
    "q3": "clamp",
    "q4": "derivative",
    "q5": "rest",
    "q6": "simulate",
    "q7": "spike_times",
    "q8": "threshold",
    "q9": "find_bug",
}
REST = (-64.996379, 0.3177324, 0.05295509, 0.59599412)


def q1(rng):
    return (rng.uniform(-120, 80, tuple(rng.integers(1, 4, rng.integers(0, 3)))),)


def q1_edges():
    yield (-65,)
    yield (-55.0,)
    yield (-40.0,)
    for shift in (1e-13, -1e-12, 1e-9, -1e-6, 1e-3):
        yield (np.array([-55.0, -40.0, -65.0]) + shift,)
    yield (np.array([-55, -40, 0]),)
    yield (np.zeros((0, 3)),)


def q2(rng):
    return tuple(rng.uniform(0.001, 20, (2, 5)))


def q2_edges():
    yield 1.0, 3.0
    yield np.full((2, 3), 1e-9), np.full((2, 3), 5.0)


def q3(rng):
    hold, step = rng.uniform(-100, 60, 2)
    return np.sort(rng.uniform(-3, 20, 12)), float(hold), float(step)


def q3_edges():
    yield 0.0, -65.0, 0.0
    yield 2, -55.0, -40.0
    yield np.array([[-1.0, 0.0], [1e-9, 500.0]]), -40.0, -55.0
    yield np.array([-1, 0, 1]), -65.0, -65.0


def q4(rng):
    count = int(rng.integers(1, 5))
    n, m, h = rng.uniform(0, 1, (3, count))
    return rng.uniform(-110, 70, count), n, m, h, rng.uniform(-20, 50, count)


def q4_edges():
    yield -65.0, 0.0, 0.0, 0.0, 0.0
    yield -65.0, 1.0, 1.0, 1.0, 10.0
    yield -55.0, 0.5, 0.5, 0.5, 0
    yield np.array([-40.0, -77.0]), np.zeros(2), np.ones(2), np.ones(2), 3.0


def q5(rng):
    return (float(rng.uniform(-20, 100)),)


def q5_edges():
    yield (0,)
    yield (-20.0,)
    yield (100.0,)


def q6(rng):
    steps = int(rng.integers(1, 12))
    state = rng.uniform([-80, 0.2, 0.02, 0.3], [-40, 0.6, 0.3, 0.8])
    return rng.uniform(-5, 30, steps), float(rng.choice([0.005, 0.02])), state


def q6_edges():
    yield np.zeros(0), 0.01, REST
    yield [10.0, 0.0, 0.0], 0.01, REST
    yield np.repeat([20.0, 0.0], 50), 0.02, np.array(REST)


def q7(rng):
    count = int(rng.integers(2, 30))
    t = np.cumsum(rng.uniform(0.01, 0.5, count))
    V = rng.integers(-6, 7, count) * 5.0
    return t, V, float(rng.integers(-6, 7) * rng.choice([5.0, 4.3]))


def q7_edges():
    t = np.array([0.0, 1.0, 3.0])
    yield t, np.array([-1.0, -1.0, 1.0]), 0.0
    yield t, np.array([-1.0, 0.0, 1.0]), 0.0
    yield t, np.array([0.0, 0.0, 0.0]), 0.0
    yield t, np.array([2.0, 1.0, 0.0]), 0.5
    yield np.array([0.0]), np.array([1.0]), 0.0


def _fires(border):
    def fires(I):
        fires.asked.append(float(I))
        return I >= border

    fires.asked = []
    return fires


def q8(rng):
    low = float(rng.uniform(-10, 5))
    high = low + float(rng.uniform(0.5, 60))
    border = float(rng.uniform(low - 1, high + 1))
    return _fires(border), low, high, float(10 ** rng.uniform(-6, 1))


def q8_edges():
    yield _fires(2.25), 0.0, 8.0, 0.01
    yield _fires(2.25), 0.0, 8.0, 1.0
    yield _fires(2.25), 0, 8, 8
    yield _fires(8.0), 0.0, 8.0, 0.5
    yield _fires(0.0), 0.0, 8.0, 0.5
    yield _fires(9.0), 0.0, 8.0, 0.5


def _squid(sign, leak, rate, scale):
    def model(V, n, m, h, I):
        outward = scale[0] * 36 * n**4 * (V + 77) + scale[1] * 120 * m**3 * h * (V - 50)
        outward += 0.0 if leak else scale[2] * 0.3 * (V + 54.387)
        alpha_h = (0.7 if rate else 0.07) * np.exp(-(V + 65) / 20)
        dh = alpha_h * (1 - h) - h / (1 + np.exp(-(V + 35) / 10))
        return float(I + outward if sign else I - outward), float(dh)

    return model


def q9(rng):
    return (_squid(*rng.integers(0, 2, 3), 2 ** rng.uniform(-1, 1, 3)),)


def q9_edges():
    for number in range(8):
        for scale in (0.5, 1.0, 2.0):
            yield (_squid(number & 1, number & 2, number & 4, (scale,) * 3),)
