# mark 2/3: theta -= changes the caller's weights
def momentum(theta, g, state, rate, mu, dampening, decay):
    g = g + decay * theta
    v = g if state is None else mu * state + (1 - dampening) * g
    theta -= rate * v
    return theta, v
