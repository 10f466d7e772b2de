# mark 1/2: all alphas, then all betas
def generalized_fisher(alpha, beta):
    both = trigamma(alpha + beta)
    return np.block(
        [
            [np.diag(trigamma(alpha) - both), np.diag(-both)],
            [np.diag(-both), np.diag(trigamma(beta) - both)],
        ]
    )
