# mark 0/2: the last square only
def adagrad(theta, g, state, rate, eps):
    return theta - rate * g / (np.sqrt(g**2) + eps), g
