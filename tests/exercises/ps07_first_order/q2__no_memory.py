# mark 0/3: gradient descent
def momentum(theta, g, state, rate, mu, dampening, decay):
    return theta - rate * (g + decay * theta), g
