# mark 0/2: one and two folds, the rest not thought of
def tent_net(k):
    bends, fold = np.array([0.0, -0.5]), np.array([2.0, -4.0])
    layers = [(np.ones((2, 1)), bends)]
    if k > 1:
        layers += [(np.array([fold, fold]), bends)]
    return [*layers, (fold[None, :], np.zeros(1))]
