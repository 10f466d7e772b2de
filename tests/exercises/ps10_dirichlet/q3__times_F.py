# mark 0/2: multiplies by F instead of solving
def fisher_solve(alpha, u):
    return trigamma(alpha) * u - trigamma(alpha.sum()) * u.sum()
