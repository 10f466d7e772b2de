# mark 1/3: dampens the first gradient too
def momentum(theta, g, state, rate, mu, dampening, decay):
    g = g + decay * theta
    v = (1 - dampening) * g
    if state is not None:
        v = v + mu * state
    return theta - rate * v, v
