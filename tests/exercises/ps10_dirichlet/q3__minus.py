# mark 0/2: the second term with the other sign
def fisher_solve(alpha, u):
    h, c = 1 / trigamma(alpha), trigamma(alpha.sum())
    return h * u - h * c * (h @ u) / (1 - c * h.sum())
