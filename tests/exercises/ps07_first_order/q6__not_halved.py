# mark 1/3: goes back but keeps the long step
def irprop_plus(theta, g, error, state, first):
    zero = 0 * theta
    delta, before, move, last = (
        (first + zero, zero, zero, np.inf) if state is None else state
    )
    turned = g * before < 0
    delta = np.where(g * before > 0, np.minimum(1.2 * delta, 50), delta)
    back = -move if error > last else zero
    move = np.where(turned, back, -delta * np.sign(g))
    return theta + move, (delta, np.where(turned, 0, g), move, error)
