# mark 0/3: beta = S / (S - S before)
def quickprop(theta, g, state, rate, largest):
    delta, before = (0 * theta, 0 * theta) if state is None else state
    fall = g - before
    beta = g / np.where(fall == 0, 1.0, fall)
    capped = (fall == 0) | (beta > largest) | (delta * g * beta < 0)
    slope = np.where((delta == 0) | (delta * g > 0), rate * g, 0.0)
    delta = slope + np.where(capped, largest, beta) * delta
    return theta - delta, (delta, g)
