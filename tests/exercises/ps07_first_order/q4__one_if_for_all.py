# mark 1/3: asks all weights together which case it is
def quickprop(theta, g, state, rate, largest):
    delta, before = (0 * theta, 0 * theta) if state is None else state
    fall = before - g
    beta = np.mean(g / np.where(fall == 0, 1.0, fall))
    if beta > largest or np.sum(delta * g) * beta < 0:
        beta = largest
    if np.all(delta == 0) or np.sum(delta * g) > 0:
        delta = rate * g + beta * delta
    else:
        delta = beta * delta
    return theta - delta, (delta, g)
