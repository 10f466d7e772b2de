# mark 0/2: another variant, which rests where the sign has changed
def rprop(theta, g, state, first):
    delta, before = (first + 0 * theta, 0 * theta) if state is None else state
    turned = g * before < 0
    delta = np.where(g * before > 0, np.minimum(1.2 * delta, 50), delta)
    delta = np.where(turned, np.maximum(0.5 * delta, 1e-6), delta)
    g = np.where(turned, 0.0, g)
    return theta - delta * np.sign(g), (delta, g)
