# mark 1/2: forgets that the exponents are alpha - 1
def density_and_score(x, alpha):
    constant = gammaln(alpha.sum()) - gammaln(alpha).sum()
    score = digamma(alpha.sum()) - digamma(alpha) + np.log(x)
    return constant + np.log(x) @ alpha, score
