# mark 0/2: adds a number instead of a multiple of h
def fisher_solve(alpha, u):
    h, c = 1 / trigamma(alpha), trigamma(alpha.sum())
    return h * u + c * (h @ u) / (1 - c * h.sum())
