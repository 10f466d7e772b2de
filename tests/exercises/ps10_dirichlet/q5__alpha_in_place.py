# mark 1/2: moves the caller's alpha, and takes F there
def divergence_and_form(alpha, delta):
    log = digamma(alpha) - digamma(alpha.sum())
    value = gammaln(alpha.sum()) - gammaln(alpha).sum()
    F = np.diag(trigamma(alpha)) - trigamma(alpha.sum())
    alpha += delta
    value += gammaln(alpha).sum() - gammaln(alpha.sum()) - delta @ log
    return value, 0.5 * delta @ F @ delta
