# mark 3/3: right, as a least-squares problem, and by the singular values
def lm_step(J, r, lam, kind):
    D = np.ones(J.shape[1])
    if kind == "marquardt":
        D = np.sum(J**2, axis=0)
        D = D + (D == 0)
    tall = np.vstack([J, np.diag(np.sqrt(lam * D))])
    return np.linalg.lstsq(tall, np.append(-r, np.zeros(len(D))), rcond=None)[0]


def lm_step_dual(J, r, lam):
    U, sigma, Vt = np.linalg.svd(J, full_matrices=False)
    return -Vt.T @ (sigma / (sigma**2 + lam) * (U.T @ r))
