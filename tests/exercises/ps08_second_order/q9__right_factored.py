# mark 3/3: right, by Cholesky factors
from scipy.linalg import cho_factor, cho_solve


def lm_step(J, r, lam, kind):
    A = J.T @ J
    if kind == "marquardt":
        A = A + np.diag([lam * d if d > 0 else lam for d in np.diag(A)])
    else:
        A = A + lam * np.identity(len(A))
    return -cho_solve(cho_factor(A), r @ J)


def lm_step_dual(J, r, lam):
    return -(cho_solve(cho_factor(J @ J.T + lam * np.identity(len(r))), r) @ J)
