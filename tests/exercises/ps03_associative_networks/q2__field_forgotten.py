# mark 0/2: sums the weights, whatever the state
def energy(W, s):
    return -0.5 * np.sum(W) * np.mean(np.asarray(s) ** 2, axis=-1)
