# mark 1/3: corrections folded into the rate, so that eps is another one
def adam(theta, g, state, rate, beta1, beta2, eps, decay, decoupled):
    m, v, t = (0 * theta, 0 * theta, 0) if state is None else state
    t += 1
    if decoupled:
        theta = theta * (1 - rate * decay)
    else:
        g = g + decay * theta
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    rate = rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta - rate * m / (np.sqrt(v) + eps), (m, v, t)
