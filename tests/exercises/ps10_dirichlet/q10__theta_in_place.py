# mark 2/3: moves the caller's theta
def natural_step(x, t, theta, rate, damping):
    y = 1 / (1 + np.exp(-(x @ theta)))
    F = (x * (y * (1 - y))[:, None]).T @ x / len(x) + damping * np.eye(len(theta))
    theta -= rate * np.linalg.solve(F, x.T @ (y - t) / len(x))
    return theta
