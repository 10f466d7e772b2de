# mark 1/2: makes the exponents in place, so the score is that of other parameters
def density_and_score(x, alpha):
    constant = gammaln(alpha.sum()) - gammaln(alpha).sum()
    score = digamma(alpha.sum()) - digamma(alpha) + np.log(x)
    alpha -= 1
    return constant + np.log(x) @ alpha, score
