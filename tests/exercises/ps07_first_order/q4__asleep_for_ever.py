# mark 2/3: a weight that has not moved never starts again
def quickprop(theta, g, state, rate, largest):
    if state is None:
        return theta - rate * g, (rate * g, g)
    delta, before = state
    fall = before - g
    beta = g / np.where(fall == 0, 1.0, fall)
    capped = (fall == 0) | (beta > largest) | (delta * g * beta < 0)
    slope = np.where(delta * g > 0, rate * g, 0.0)
    delta = slope + np.where(capped, largest, beta) * delta
    return theta - delta, (delta, g)
