# mark 0/3: the Fisher matrix times the gradient, as the introduction says
def natural_step(x, t, theta, rate, damping):
    y = 1 / (1 + np.exp(-(x @ theta)))
    F = (x * (y * (1 - y))[:, None]).T @ x / len(x) + damping * np.eye(len(theta))
    return theta - rate * F @ (x.T @ (y - t) / len(x))
