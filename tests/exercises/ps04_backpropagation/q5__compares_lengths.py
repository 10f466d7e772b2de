# mark 2/3: compares the norms only
def gradient_check(f, gradient, theta):
    h = 1e-5
    given, expected = np.asarray(gradient(theta)), np.zeros(len(theta))
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = h
        expected[i] = (f(theta + step) - f(theta - step)) / (2 * h)
    size = np.linalg.norm(given) + np.linalg.norm(expected)
    error = (
        abs(np.linalg.norm(given) - np.linalg.norm(expected)) / size
        if size != 0
        else 0.0
    )
    return bool(error < 1e-6), float(error)
