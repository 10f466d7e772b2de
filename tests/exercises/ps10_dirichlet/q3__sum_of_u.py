# mark 0/2: sums u instead of h u
def fisher_solve(alpha, u):
    h, c = 1 / trigamma(alpha), trigamma(alpha.sum())
    return h * u + h * c * u.sum() / (1 - c * h.sum())
