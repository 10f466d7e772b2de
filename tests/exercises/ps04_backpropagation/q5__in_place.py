# mark 0/3: shakes theta itself and does not put it back
def gradient_check(f, gradient, theta):
    h, given, expected = 1e-5, gradient(theta), np.zeros(len(theta))
    for i in range(len(theta)):
        theta[i] += h
        above = f(theta)
        theta[i] -= 2 * h
        expected[i] = (above - f(theta)) / (2 * h)
    size = np.linalg.norm(given) + np.linalg.norm(expected)
    error = np.linalg.norm(given - expected) / size if size else 0.0
    return bool(error < 1e-6), float(error)
