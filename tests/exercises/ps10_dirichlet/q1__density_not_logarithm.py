# mark 1/2: the density itself
def density_and_score(x, alpha):
    constant = gammaln(alpha.sum()) - gammaln(alpha).sum()
    score = digamma(alpha.sum()) - digamma(alpha) + np.log(x)
    return np.exp(constant + np.log(x) @ (alpha - 1)), score
