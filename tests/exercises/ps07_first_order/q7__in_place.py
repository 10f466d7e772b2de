# mark 0/2: g **= 2 squares the caller's gradient
def adagrad(theta, g, state, rate, eps):
    slope = g.copy()
    g *= g
    G = g if state is None else state + g
    return theta - rate * slope / (np.sqrt(G) + eps), G
