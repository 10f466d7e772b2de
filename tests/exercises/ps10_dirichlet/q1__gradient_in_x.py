# mark 1/2: differentiates by x
def density_and_score(x, alpha):
    constant = gammaln(alpha.sum()) - gammaln(alpha).sum()
    return constant + np.log(x) @ (alpha - 1), (alpha - 1) / x
