# mark 0/2: one size for all weights
def adagrad(theta, g, state, rate, eps):
    G = np.sum(g**2) + (0 if state is None else state)
    return theta - rate * g / (np.sqrt(G) + eps), G
