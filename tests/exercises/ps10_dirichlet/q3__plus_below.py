# mark 0/2: one plus, as in the formula for a sum
def fisher_solve(alpha, u):
    h, c = 1 / trigamma(alpha), trigamma(alpha.sum())
    return h * u + h * c * (h @ u) / (1 + c * h.sum())
