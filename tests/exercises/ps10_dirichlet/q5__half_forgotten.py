# mark 1/2: the form without its half
def divergence_and_form(alpha, delta):
    b = alpha + delta
    value = gammaln(alpha.sum()) - gammaln(alpha).sum() - gammaln(b.sum())
    value += gammaln(b).sum() - delta @ (digamma(alpha) - digamma(alpha.sum()))
    F = np.diag(trigamma(alpha)) - trigamma(alpha.sum())
    return value, delta @ F @ delta
