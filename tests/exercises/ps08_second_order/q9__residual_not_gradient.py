# mark 0/3: -(J J) r for a square J only
def lm_step(J, r, lam, kind):
    n = min(J.shape)
    return -np.linalg.solve(J[:n, :n] + lam * np.eye(n), r[:n])


def lm_step_dual(J, r, lam):
    return lm_step(J, r, lam, "levenberg")
