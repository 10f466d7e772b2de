# mark 0/3: undoes the whole last step whenever the error rose
def irprop_plus(theta, g, error, state, first):
    zero = 0 * theta
    delta, before, move, last = (
        (first + zero, zero, zero, np.inf) if state is None else state
    )
    turned = g * before < 0
    delta = np.where(g * before > 0, np.minimum(1.2 * delta, 50), delta)
    delta = np.where(turned, np.maximum(0.5 * delta, 1e-6), delta)
    if error > last:
        return theta - move, (delta, zero, zero, error)
    g = np.where(turned, 0, g)
    move = -delta * np.sign(g)
    return theta + move, (delta, g, move, error)
