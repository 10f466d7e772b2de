# mark 2/3: remembers in a global variable
v = 0.0
first = True


def momentum(theta, g, state, rate, mu, dampening, decay):
    global v
    g = g + decay * theta
    v = g if state is None else mu * v + (1 - dampening) * g
    return theta - rate * v, 1
