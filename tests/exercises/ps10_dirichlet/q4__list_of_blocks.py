# mark 0/2: the blocks one after the other, not a matrix
def generalized_fisher(alpha, beta):
    both = trigamma(alpha + beta)
    A, B = trigamma(alpha) - both, trigamma(beta) - both
    return np.stack([A, -both, -both, B], axis=-1).reshape(-1, 2, 2)
