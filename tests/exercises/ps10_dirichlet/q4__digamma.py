# mark 0/2: digamma for trigamma
def generalized_fisher(alpha, beta):
    F = np.zeros((2 * len(alpha), 2 * len(alpha)))
    for i, (a, b) in enumerate(zip(alpha, beta, strict=True)):
        block = np.diag([digamma(a), digamma(b)]) - digamma(a + b)
        F[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = block
    return F
