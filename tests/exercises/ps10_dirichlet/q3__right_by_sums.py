# mark 2/2: right: solves for the sum of the result first
def fisher_solve(alpha, u):
    d, c = trigamma(alpha), trigamma(alpha.sum())
    total = np.sum(u / d) / (1 - c * np.sum(1 / d))
    return (u + c * total) / d
