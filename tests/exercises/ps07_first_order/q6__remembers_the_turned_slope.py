# mark 1/3: keeps the true g, so that the next step counts as a turn or a growth
def irprop_plus(theta, g, error, state, first):
    zero = 0 * theta
    delta, before, move, last = (
        (first + zero, zero, zero, np.inf) if state is None else state
    )
    turned = g * before < 0
    delta = np.where(g * before > 0, np.minimum(1.2 * delta, 50), delta)
    delta = np.where(turned, np.maximum(0.5 * delta, 1e-6), delta)
    back = -move if error > last else zero
    move = np.where(turned, back, -delta * np.sign(g))
    return theta + move, (delta, g, move, error)
