# mark 2/3: the last argument is ignored
def adam(theta, g, state, rate, beta1, beta2, eps, decay, decoupled):
    m, v, t = (0 * theta, 0 * theta, 0) if state is None else state
    t += 1
    g = g + decay * theta
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    size = np.sqrt(v / (1 - beta2**t)) + eps
    return theta - rate * m / (1 - beta1**t) / size, (m, v, t)
