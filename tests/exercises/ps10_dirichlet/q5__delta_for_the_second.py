# mark 1/2: takes delta for the second law's parameters
def divergence_and_form(alpha, delta):
    b = np.abs(delta) + 1e-9
    value = gammaln(alpha.sum()) - gammaln(alpha).sum() - gammaln(b.sum())
    value += gammaln(b).sum()
    value += (alpha - b) @ (digamma(alpha) - digamma(alpha.sum()))
    F = np.diag(trigamma(alpha)) - trigamma(alpha.sum())
    return value, 0.5 * delta @ F @ delta
