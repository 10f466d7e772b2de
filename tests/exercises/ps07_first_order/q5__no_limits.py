# mark 1/2: steps without limits
def rprop(theta, g, state, first):
    delta, before = (first + 0 * theta, 0 * theta) if state is None else state
    delta = np.where(g * before > 0, 1.2 * delta, delta)
    delta = np.where(g * before < 0, 0.5 * delta, delta)
    return theta - delta * np.sign(g), (delta, g)
