# mark 0/2: adds absolute values, not squares
def adagrad(theta, g, state, rate, eps):
    G = np.abs(g) if state is None else state + np.abs(g)
    return theta - rate * g / (G + eps), G
