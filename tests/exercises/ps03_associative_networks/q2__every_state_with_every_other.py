# mark 1/2: s W s^T makes a matrix of many states
def energy(W, s):
    return -0.5 * s @ W @ np.transpose(s)
