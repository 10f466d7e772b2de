# mark 1/2: no eps, as printed: 0/0
def adagrad(theta, g, state, rate, eps):
    G = g**2 if state is None else state + g**2
    with np.errstate(invalid="ignore"):
        return theta - rate * g / np.sqrt(G), G
