# mark 1/2: a slope of 0 counts as a change of sign
def rprop(theta, g, state, first):
    if state is None:
        return theta - first * np.sign(g), (first + 0 * theta, g)
    delta, before = state
    delta = np.where(g * before > 0, 1.2 * delta, 0.5 * delta)
    delta = np.clip(delta, 1e-6, 50)
    return theta - delta * np.sign(g), (delta, g)
