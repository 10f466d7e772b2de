# mark 1/2: subtracts the trigamma of the sum of all parameters
def generalized_fisher(alpha, beta):
    pairs = np.stack([alpha, beta], axis=1).ravel()
    return np.diag(trigamma(pairs)) - trigamma(pairs.sum())
