# mark 2/2: right: by the Hurwitz zeta function
def fisher(alpha):
    from scipy.special import zeta

    return zeta(2, alpha) * np.eye(len(alpha)) - zeta(2, alpha.sum())
