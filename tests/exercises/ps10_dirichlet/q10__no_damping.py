# mark 1/3: forgets the damping
def natural_step(x, t, theta, rate, damping):
    y = 1 / (1 + np.exp(-(x @ theta)))
    F = (x * (y * (1 - y))[:, None]).T @ x / len(x)
    return theta - rate * np.linalg.solve(F, x.T @ (y - t) / len(x))
