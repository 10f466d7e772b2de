# mark 1/2: adds up all points
def density_and_score(x, alpha):
    constant = gammaln(alpha.sum()) - gammaln(alpha).sum()
    log_p = constant + np.log(x) @ (alpha - 1)
    score = digamma(alpha.sum()) - digamma(alpha) + np.log(x)
    return log_p, score.sum(axis=0, keepdims=True)
