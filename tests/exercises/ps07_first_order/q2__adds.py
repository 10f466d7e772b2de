# mark 0/3: uphill
def momentum(theta, g, state, rate, mu, dampening, decay):
    g = g + decay * theta
    v = g if state is None else mu * state + (1 - dampening) * g
    return theta + rate * v, v
