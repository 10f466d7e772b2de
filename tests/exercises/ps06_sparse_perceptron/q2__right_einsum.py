# mark 3/3: right: a mask for the border and one einsum
def operator_m(X, F, rho):
    windows = np.where(rho >= 0, X.reshape(-1)[rho], 0)
    return np.einsum("qk,k->q", windows, F.reshape(-1))


def operator_d(X, F, b, rho):
    windows = np.where(rho >= 0, X.reshape(len(X), -1)[:, rho], 0)
    flat = F.reshape(*F.shape[:2], -1)
    return np.einsum("cqk,ock->oq", windows, flat) + b.reshape(-1, 1)
