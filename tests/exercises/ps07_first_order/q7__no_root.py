# mark 0/2: divides by the sum of squares, without the root
def adagrad(theta, g, state, rate, eps):
    G = g**2 if state is None else state + g**2
    return theta - rate * g / (G + eps), G
