# mark 1/3: sums everywhere: right without damping only
def natural_step(x, t, theta, rate, damping):
    y = 1 / (1 + np.exp(-(x @ theta)))
    F = (x * (y * (1 - y))[:, None]).T @ x + damping * np.eye(len(theta))
    return theta - rate * np.linalg.solve(F, x.T @ (y - t))
