# mark 1/3: no cap where the slope has grown: beta < 0 throws it back uphill
def quickprop(theta, g, state, rate, largest):
    delta, before = (0 * theta, 0 * theta) if state is None else state
    fall = before - g
    beta = g / np.where(fall == 0, 1.0, fall)
    capped = (fall == 0) | (beta > largest)
    slope = np.where((delta == 0) | (delta * g > 0), rate * g, 0.0)
    delta = slope + np.where(capped, largest, beta) * delta
    return theta - delta, (delta, g)
