# mark 0/2: K blocks, as printed
def generalized_fisher(alpha, beta):
    m = len(alpha)
    F = np.zeros((2 * m + 2, 2 * m + 2))
    for i in range(m + 1):
        a, b = alpha[min(i, m - 1)], beta[min(i, m - 1)]
        block = np.diag([trigamma(a), trigamma(b)]) - trigamma(a + b)
        F[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = block
    return F
