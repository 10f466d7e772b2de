# mark 1/2: eps under the root
def adagrad(theta, g, state, rate, eps):
    G = g**2 if state is None else state + g**2
    return theta - rate * g / np.sqrt(G + eps**2), G
