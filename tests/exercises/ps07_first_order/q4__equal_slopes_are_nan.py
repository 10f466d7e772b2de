# mark 2/3: divides by zero where the slope did not change
def quickprop(theta, g, state, rate, largest):
    delta, before = (0 * theta, 0 * theta) if state is None else state
    with np.errstate(all="ignore"):
        beta = g / (before - g)
    capped = (beta > largest) | (delta * g * beta < 0)
    slope = np.where((delta == 0) | (delta * g > 0), rate * g, 0.0)
    delta = slope + np.where(capped, largest, beta) * delta
    return theta - delta, (delta, g)
