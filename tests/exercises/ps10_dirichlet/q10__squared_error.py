# mark 1/3: the Gauss-Newton matrix of the squared error
def natural_step(x, t, theta, rate, damping):
    y = 1 / (1 + np.exp(-(x @ theta)))
    J = (y * (1 - y))[:, None] * x
    F = J.T @ J / len(x) + damping * np.eye(len(theta))
    return theta - rate * np.linalg.solve(F, x.T @ (y - t) / len(x))
