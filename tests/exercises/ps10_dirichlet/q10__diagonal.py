# mark 0/3: the diagonal of F alone: neither the step nor its invariance
def natural_step(x, t, theta, rate, damping):
    y = 1 / (1 + np.exp(-(x @ theta)))
    F = np.mean(x**2 * (y * (1 - y))[:, None], axis=0) + damping
    return theta - rate * (x.T @ (y - t) / len(x)) / F
