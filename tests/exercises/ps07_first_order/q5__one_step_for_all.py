# mark 0/2: one step length for all weights, by the sign of the scalar product
def rprop(theta, g, state, first):
    delta, before = (first, 0 * theta) if state is None else state
    if g @ before > 0:
        delta = min(1.2 * delta, 50)
    elif g @ before < 0:
        delta = max(0.5 * delta, 1e-6)
    return theta - delta * np.sign(g), (delta, g)
