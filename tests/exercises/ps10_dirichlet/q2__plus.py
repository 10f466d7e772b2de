# mark 0/2: adds the common term
def fisher(alpha):
    return np.diag(trigamma(alpha)) + trigamma(alpha.sum())
