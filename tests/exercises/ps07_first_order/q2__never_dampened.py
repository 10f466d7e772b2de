# mark 1/3: forgets the dampening
def momentum(theta, g, state, rate, mu, dampening, decay):
    g = g + decay * theta
    v = g if state is None else mu * state + g
    return theta - rate * v, v
