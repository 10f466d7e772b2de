# mark 1/2: the divergence of the second law from the first
def divergence_and_form(alpha, delta):
    b = alpha + delta
    value = gammaln(b.sum()) - gammaln(b).sum() - gammaln(alpha.sum())
    value += gammaln(alpha).sum() + delta @ (digamma(b) - digamma(b.sum()))
    F = np.diag(trigamma(alpha)) - trigamma(alpha.sum())
    return value, 0.5 * delta @ F @ delta
