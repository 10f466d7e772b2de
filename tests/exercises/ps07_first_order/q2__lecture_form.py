# mark 2/3: remembers the step, so that a new rate reaches the newest gradient only
def momentum(theta, g, state, rate, mu, dampening, decay):
    g = g + decay * theta
    step = rate * g if state is None else mu * state + (1 - dampening) * rate * g
    return theta - step, step
