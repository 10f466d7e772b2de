# mark 1/2: works in the caller's u
def fisher_solve(alpha, u):
    h, c = 1 / trigamma(alpha), trigamma(alpha.sum())
    u *= h
    u += h * (c * u.sum() / (1 - c * h.sum()))
    return u
