# mark 1/2: forgets that alpha_0 contains alpha_j
def density_and_score(x, alpha):
    constant = gammaln(alpha.sum()) - gammaln(alpha).sum()
    return constant + np.log(x) @ (alpha - 1), np.log(x) - digamma(alpha)
