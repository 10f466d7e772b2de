# mark 1/3: gradient in the first step only
def quickprop(theta, g, state, rate, largest):
    delta, before = (0 * theta, 0 * theta) if state is None else state
    fall = before - g
    beta = g / np.where(fall == 0, 1.0, fall)
    capped = (fall == 0) | (beta > largest) | (delta * g * beta < 0)
    delta = np.where(delta == 0, rate * g, np.where(capped, largest, beta) * delta)
    return theta - delta, (delta, g)
