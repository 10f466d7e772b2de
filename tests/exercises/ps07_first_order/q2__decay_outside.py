# mark 2/3: shrinks the weights beside the memory
def momentum(theta, g, state, rate, mu, dampening, decay):
    v = g if state is None else mu * state + (1 - dampening) * g
    return theta - rate * (v + decay * theta), v
