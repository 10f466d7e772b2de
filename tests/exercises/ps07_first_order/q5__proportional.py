# mark 0/2: multiplies by the gradient, not by its sign
def rprop(theta, g, state, first):
    delta, before = (first + 0 * theta, 0 * theta) if state is None else state
    delta = np.where(g * before > 0, np.minimum(1.2 * delta, 50), delta)
    delta = np.where(g * before < 0, np.maximum(0.5 * delta, 1e-6), delta)
    return theta - delta * g, (delta, g)
