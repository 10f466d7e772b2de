# mark 0/3: stores the corrected means
def adam(theta, g, state, rate, beta1, beta2, eps, decay, decoupled):
    m, v, t = (0 * theta, 0 * theta, 0) if state is None else state
    t += 1
    if decoupled:
        theta = theta * (1 - rate * decay)
    else:
        g = g + decay * theta
    m = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
    v = (beta2 * v + (1 - beta2) * g**2) / (1 - beta2**t)
    return theta - rate * m / (np.sqrt(v) + eps), (m, v, t)
