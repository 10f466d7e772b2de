# mark 3/3: right: loops
def operator_m(X, F, rho):
    s = []
    for row in rho:
        total = 0.0
        for r, weight in zip(row, F.flatten()):
            if r != -1:
                total += X.flatten()[r] * weight
        s.append(total)
    return s


def operator_d(X, F, b, rho):
    s = np.zeros((len(F), len(rho)))
    for k in range(len(F)):
        for c in range(len(X)):
            s[k] += operator_m(X[c], F[k][c], rho)
        s[k] += b[k]
    return s
