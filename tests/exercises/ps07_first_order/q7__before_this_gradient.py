# mark 0/2: divides by the gradients before this one
def adagrad(theta, g, state, rate, eps):
    G = 0 * g if state is None else state
    return theta - rate * g / (np.sqrt(G) + eps), G + g**2
