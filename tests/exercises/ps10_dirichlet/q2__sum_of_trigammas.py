# mark 0/2: trigamma of each, then the sum
def fisher(alpha):
    return np.diag(trigamma(alpha)) - trigamma(alpha).sum()
