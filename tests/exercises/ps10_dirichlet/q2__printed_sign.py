# mark 0/2: the printed minus: negative definite
def fisher(alpha):
    return trigamma(alpha.sum()) - np.diag(trigamma(alpha))
