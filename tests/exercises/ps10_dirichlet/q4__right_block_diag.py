# mark 2/2: right: SciPy puts the blocks together
def generalized_fisher(alpha, beta):
    from scipy.linalg import block_diag

    both = trigamma(alpha + beta)
    A, B = trigamma(alpha) - both, trigamma(beta) - both
    return block_diag(*np.stack([A, -both, -both, B], axis=-1).reshape(-1, 2, 2))
