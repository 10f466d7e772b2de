# mark 0/3: no bias correction
def adam(theta, g, state, rate, beta1, beta2, eps, decay, decoupled):
    m, v = (0 * theta, 0 * theta) if state is None else state
    if decoupled:
        theta = theta * (1 - rate * decay)
    else:
        g = g + decay * theta
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return theta - rate * m / (np.sqrt(v) + eps), (m, v)
