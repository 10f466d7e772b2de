# mark 0/3: no matrix at all
def natural_step(x, t, theta, rate, damping):
    y = 1 / (1 + np.exp(-(x @ theta)))
    return theta - rate * x.T @ (y - t) / len(x)
