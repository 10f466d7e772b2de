# mark 2/3: turns the callers' -1 into another number
def operator_m(X, F, rho):
    rho[rho < 0] = X.size
    return np.append(X, 0.0)[rho] @ F.ravel()


def operator_d(X, F, b, rho):
    s = b[:, None] * np.ones(len(rho))
    for k in range(len(F)):
        for c in range(len(X)):
            s[k] += operator_m(X[c], F[k, c], rho)
    return s
