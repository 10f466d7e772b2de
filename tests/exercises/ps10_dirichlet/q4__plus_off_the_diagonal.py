# mark 0/2: the cross term without its sign
def generalized_fisher(alpha, beta):
    F = np.zeros((2 * len(alpha), 2 * len(alpha)))
    for i, (a, b) in enumerate(zip(alpha, beta, strict=True)):
        c = trigamma(a + b)
        block = [[trigamma(a) - c, c], [c, trigamma(b) - c]]
        F[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = block
    return F
