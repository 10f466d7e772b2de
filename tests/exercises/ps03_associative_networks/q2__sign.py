# mark 0/2: valleys become hills
def energy(W, s):
    return 0.5 * np.sum((s @ W) * s, axis=-1)
