# mark 1/2: a third unit that is never needed
def tent_net(k):
    bends = np.array([0.0, -0.5, -1.0])
    fold = np.array([2.0, -4.0, 2.0])
    layers = [(np.ones((3, 1)), bends)]
    layers += [(np.array([fold] * 3), bends) for _ in range(k - 1)]
    return [*layers, (fold[None, :], np.zeros(1))]
