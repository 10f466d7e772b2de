# mark 0/3: a running mean, with 1 - mu
def momentum(theta, g, state, rate, mu, dampening, decay):
    g = g + decay * theta
    v = g if state is None else mu * state + (1 - mu) * (1 - dampening) * g
    return theta - rate * v, v
