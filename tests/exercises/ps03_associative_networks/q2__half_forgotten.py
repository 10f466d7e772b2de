# mark 0/2: every pair counted twice
def energy(W, s):
    return -np.sum((s @ W) * s, axis=-1)
