# mark 2/2: right, with einsum
def energy(W, s):
    return -np.einsum("...i,ij,...j->...", s, W, s) / 2
