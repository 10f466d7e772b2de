# mark 0/3: t from 0: the first correction divides by 0
def adam(theta, g, state, rate, beta1, beta2, eps, decay, decoupled):
    m, v, t = (0 * theta, 0 * theta, 0) if state is None else state
    if decoupled:
        theta = theta * (1 - rate * decay)
    else:
        g = g + decay * theta
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    with np.errstate(all="ignore"):
        step = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return theta - rate * step, (m, v, t + 1)
