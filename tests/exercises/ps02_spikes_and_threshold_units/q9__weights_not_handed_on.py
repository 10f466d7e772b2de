# mark 0/2: the next layer reads h1 + h2 instead of 2 h1 - 4 h2
def tent_net(k):
    bends, fold = np.array([0.0, -0.5]), np.array([2.0, -4.0])
    layers = [(np.ones((2, 1)), bends)]
    layers += [(np.ones((2, 2)), bends) for _ in range(k - 1)]
    return [*layers, (fold[None, :], np.zeros(1))]
