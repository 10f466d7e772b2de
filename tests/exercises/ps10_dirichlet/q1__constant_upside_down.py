# mark 0/2: the constant with the other sign, and its derivative, too
def density_and_score(x, alpha):
    constant = gammaln(alpha).sum() - gammaln(alpha.sum())
    score = digamma(alpha) - digamma(alpha.sum()) + np.log(x)
    return constant + np.log(x) @ (alpha - 1), score
