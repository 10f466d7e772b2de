# mark 1/2: the form with the diagonal only
def divergence_and_form(alpha, delta):
    b = alpha + delta
    value = gammaln(alpha.sum()) - gammaln(alpha).sum() - gammaln(b.sum())
    value += gammaln(b).sum() - delta @ (digamma(alpha) - digamma(alpha.sum()))
    return value, 0.5 * np.sum(trigamma(alpha) * delta**2)
