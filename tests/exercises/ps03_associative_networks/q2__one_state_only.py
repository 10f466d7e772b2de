# mark 1/2: a product for one state only
def energy(W, s):
    return -0.5 * s @ W @ s
