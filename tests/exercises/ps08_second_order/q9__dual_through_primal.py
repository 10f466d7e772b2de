# mark 2/3: the dual step by the P by P matrix: does not fit into memory
def lm_step(J, r, lam, kind):
    A = J.T @ J
    if kind == "marquardt":
        D = np.diag(A).copy()
        D[D == 0] = 1
    else:
        D = np.ones(len(A))
    return -np.linalg.solve(A + lam * np.diag(D), J.T @ r)


def lm_step_dual(J, r, lam):
    return np.linalg.solve(J.T @ J + lam * np.eye(J.shape[1]), -J.T @ r)
