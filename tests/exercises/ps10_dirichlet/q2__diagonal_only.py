# mark 0/2: the paper's diagonal
def fisher(alpha):
    return np.diag(trigamma(alpha))
