# mark 0/2: takes the old step and changes it afterwards
def rprop(theta, g, state, first):
    delta, before = (first + 0 * theta, 0 * theta) if state is None else state
    new = np.where(g * before > 0, np.minimum(1.2 * delta, 50), delta)
    new = np.where(g * before < 0, np.maximum(0.5 * delta, 1e-6), new)
    return theta - delta * np.sign(g), (new, g)
