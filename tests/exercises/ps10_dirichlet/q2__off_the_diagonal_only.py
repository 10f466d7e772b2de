# mark 1/2: subtracts the common term off the diagonal only
def fisher(alpha):
    off = 1 - np.eye(len(alpha))
    return np.diag(trigamma(alpha)) - trigamma(alpha.sum()) * off
