# mark 1/2: the first difference of logarithms, but its mean under the second law
def divergence_and_form(alpha, delta):
    b = alpha + delta
    value = gammaln(alpha.sum()) - gammaln(alpha).sum() - gammaln(b.sum())
    value += gammaln(b).sum() - delta @ (digamma(b) - digamma(b.sum()))
    F = np.diag(trigamma(alpha)) - trigamma(alpha.sum())
    return value, 0.5 * delta @ F @ delta
