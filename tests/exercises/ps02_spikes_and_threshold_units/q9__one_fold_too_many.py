# mark 0/2: k + 1 hidden layers
def tent_net(k):
    bends, fold = np.array([0.0, -0.5]), np.array([2.0, -4.0])
    layers = [(np.ones((2, 1)), bends)]
    layers += [(np.array([fold, fold]), bends) for _ in range(k)]
    return [*layers, (fold[None, :], np.zeros(1))]
