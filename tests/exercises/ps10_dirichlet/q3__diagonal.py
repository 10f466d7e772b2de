# mark 0/2: the paper's "approximation"
def fisher_solve(alpha, u):
    return u / trigamma(alpha)
