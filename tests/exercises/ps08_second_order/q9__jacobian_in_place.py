# mark 2/3: scales the columns of the caller's J
def lm_step(J, r, lam, kind):
    D = np.ones(J.shape[1])
    if kind == "marquardt":
        D = np.sqrt(np.sum(J**2, axis=0))
        D[D == 0] = 1
        J /= D
    return np.linalg.solve(J.T @ J + lam * np.eye(len(D)), -J.T @ r) / D


def lm_step_dual(J, r, lam):
    alpha = np.linalg.solve(J @ J.T + lam * np.eye(len(r)), r)
    return -J.T @ alpha
