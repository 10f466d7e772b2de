# mark 1/2: one sum over all states
def energy(W, s):
    return -0.5 * np.sum((s @ W) * s)
