# mark 0/2: takes the last trigamma as zero, like the paper
def generalized_fisher(alpha, beta):
    return np.diag(trigamma(np.stack([alpha, beta], axis=1).ravel()))
