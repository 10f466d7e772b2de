# mark 1/2: tries both steps and says which one descends: neither does not occur to it
def whose_jacobian(residual, theta, J):
    e = residual(theta)
    p = np.linalg.solve(J.T @ J + 10 * np.eye(len(theta)), J.T @ e) / 100
    up = np.sum(residual(theta + p) ** 2)
    down = np.sum(residual(theta - p) ** 2)
    return "residual" if down < up else "output"
