# mark 2/3: returns alpha
def lm_step(J, r, lam, kind):
    A = J.T @ J
    if kind == "marquardt":
        D = np.diag(A).copy()
        D[D == 0] = 1
    else:
        D = np.ones(len(A))
    return -np.linalg.solve(A + lam * np.diag(D), J.T @ r)


def lm_step_dual(J, r, lam):
    alpha = np.linalg.solve(J @ J.T + lam * np.eye(len(r)), r)
    return -alpha
