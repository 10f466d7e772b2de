# mark 0/3: Gauss and Newton: no damping
def lm_step(J, r, lam, kind):
    A = J.T @ J
    if kind == "marquardt":
        D = np.diag(A).copy()
        D[D == 0] = 1
    else:
        D = np.ones(len(A))
    return -np.linalg.solve(A + 1e-12 * np.diag(D), J.T @ r)


def lm_step_dual(J, r, lam):
    alpha = np.linalg.solve(J @ J.T + 1e-12 * np.eye(len(r)), r)
    return -J.T @ alpha
