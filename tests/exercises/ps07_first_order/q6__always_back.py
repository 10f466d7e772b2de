# mark 1/3: undoes every turn, whether the error rose or not
def irprop_plus(theta, g, error, state, first):
    zero = 0 * theta
    delta, before, move = (first + zero, zero, zero) if state is None else state
    turned = g * before < 0
    delta = np.where(g * before > 0, np.minimum(1.2 * delta, 50), delta)
    delta = np.where(turned, np.maximum(0.5 * delta, 1e-6), delta)
    move = np.where(turned, -move, -delta * np.sign(g))
    return theta + move, (delta, np.where(turned, 0, g), move)
