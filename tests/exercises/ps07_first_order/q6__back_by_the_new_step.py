# mark 1/3: goes back by the halved step, not by the move
def irprop_plus(theta, g, error, state, first):
    zero = 0 * theta
    delta, before, last = (first + zero, zero, np.inf) if state is None else state
    turned = g * before < 0
    delta = np.where(g * before > 0, np.minimum(1.2 * delta, 50), delta)
    delta = np.where(turned, np.maximum(0.5 * delta, 1e-6), delta)
    back = -delta * np.sign(g) if error > last else zero
    move = np.where(turned, back, -delta * np.sign(g))
    return theta + move, (delta, np.where(turned, 0, g), error)
