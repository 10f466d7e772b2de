# mark 1/2: forms the matrix: 80 gigabytes at a hundred thousand
def fisher_solve(alpha, u):
    F = np.diag(trigamma(alpha)) - trigamma(alpha.sum())
    return np.linalg.solve(F, u)
