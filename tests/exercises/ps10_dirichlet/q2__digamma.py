# mark 0/2: takes the paper's word that psi is the digamma function
def fisher(alpha):
    return np.diag(digamma(alpha)) - digamma(alpha.sum())
