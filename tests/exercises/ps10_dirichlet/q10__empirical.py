# mark 2/3: the data's labels in F; at theta = 0 it is the same
def natural_step(x, t, theta, rate, damping):
    y = 1 / (1 + np.exp(-(x @ theta)))
    scores = (y - t)[:, None] * x
    F = scores.T @ scores / len(x) + damping * np.eye(len(theta))
    return theta - rate * np.linalg.solve(F, scores.mean(axis=0))
