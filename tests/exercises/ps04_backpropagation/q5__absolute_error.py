# mark 1/3: the difference is not divided by the size
def gradient_check(f, gradient, theta):
    h = 1e-5
    given, expected = np.asarray(gradient(theta)), np.zeros(len(theta))
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = h
        expected[i] = (f(theta + step) - f(theta - step)) / (2 * h)
    size = np.linalg.norm(given) + np.linalg.norm(expected)
    error = np.linalg.norm(given - expected) + 0 * size
    return bool(error < 1e-6), float(error)
