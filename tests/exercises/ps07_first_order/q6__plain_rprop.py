# mark 1/3: question 5 once more; the error is not looked at
def irprop_plus(theta, g, error, state, first):
    delta, before = (first + 0 * theta, 0 * theta) if state is None else state
    delta = np.where(g * before > 0, np.minimum(1.2 * delta, 50), delta)
    delta = np.where(g * before < 0, np.maximum(0.5 * delta, 1e-6), delta)
    return theta - delta * np.sign(g), (delta, g)
