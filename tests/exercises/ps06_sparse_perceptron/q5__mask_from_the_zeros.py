# mark 1/2: takes a weight that is 0 for a missing one
def masked_step(A, x, G, rho, rate):
    return A - rate * np.outer(G, x) * (A != 0)
