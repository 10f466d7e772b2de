# mark 2/3: one drawn label instead of the mean over labels; at theta = 0 it is the same
def natural_step(x, t, theta, rate, damping):
    y = 1 / (1 + np.exp(-(x @ theta)))
    drawn = np.random.default_rng(0).random(len(x)) < y
    scores = (y - drawn)[:, None] * x
    F = scores.T @ scores / len(x) + damping * np.eye(len(theta))
    return theta - rate * np.linalg.solve(F, x.T @ (y - t) / len(x))
