# mark 0/3: forward differences
def gradient_check(f, gradient, theta):
    h = 1e-5
    given, expected = np.asarray(gradient(theta)), np.zeros(len(theta))
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = h
        expected[i] = (f(theta + step) - f(theta)) / h
    size = np.linalg.norm(given) + np.linalg.norm(expected)
    error = np.linalg.norm(given - expected) / size if size != 0 else 0.0
    return bool(error < 1e-6), float(error)
