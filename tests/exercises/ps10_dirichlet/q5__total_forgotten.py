# mark 1/2: the mean of ln x without psi of the total
def divergence_and_form(alpha, delta):
    b = alpha + delta
    value = gammaln(alpha.sum()) - gammaln(alpha).sum() - gammaln(b.sum())
    value += gammaln(b).sum() - delta @ digamma(alpha)
    F = np.diag(trigamma(alpha)) - trigamma(alpha.sum())
    return value, 0.5 * delta @ F @ delta
