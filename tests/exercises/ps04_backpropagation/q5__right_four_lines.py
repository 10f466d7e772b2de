# mark 3/3: right, with a list
def gradient_check(f, gradient, theta):
    a = np.array(gradient(theta.copy()))
    shifts = 1e-5 * np.eye(theta.size)
    b = np.array([(f(theta + e) - f(theta - e)) / 2e-5 for e in shifts])
    top, bottom = (
        np.sqrt(((a - b) ** 2).sum()),
        np.sqrt((a**2).sum()) + np.sqrt((b**2).sum()),
    )
    error = 0 if bottom == 0 else top / bottom
    return error < 1e-6, error
