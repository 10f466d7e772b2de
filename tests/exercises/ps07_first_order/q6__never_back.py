# mark 1/3: rests after a turn and never undoes
def irprop_plus(theta, g, error, state, first):
    zero = 0 * theta
    delta, before = (first + zero, zero) if state is None else state
    turned = g * before < 0
    delta = np.where(g * before > 0, np.minimum(1.2 * delta, 50), delta)
    delta = np.where(turned, np.maximum(0.5 * delta, 1e-6), delta)
    g = np.where(turned, 0, g)
    return theta - delta * np.sign(g), (delta, g)
