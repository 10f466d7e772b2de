# mark 2/2: right: with the logarithm of the beta function
def divergence_and_form(alpha, delta):
    def log_beta(a):
        return gammaln(a).sum() - gammaln(a.sum())

    log = digamma(alpha) - digamma(alpha.sum())
    kl = log_beta(alpha + delta) - log_beta(alpha) - np.sum(delta * log)
    form = np.sum(trigamma(alpha) * delta**2)
    return kl, (form - trigamma(alpha.sum()) * np.sum(delta) ** 2) / 2
