# mark 2/2: right: SciPy's law and a loop
def density_and_score(x, alpha):
    from scipy.stats import dirichlet

    log_p = [float(dirichlet(alpha).logpdf(row / row.sum())) for row in x]
    score = [np.log(row) - digamma(alpha) + digamma(alpha.sum()) for row in x]
    return log_p, score
