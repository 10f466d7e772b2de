# mark 1/3: one try only
def damped_search(value, theta, J, r, lam, attempts):
    p = -np.linalg.solve(J.T @ J + lam * np.eye(len(theta)), J.T @ r)
    if value(theta + p) < 0.5 * (r @ r):
        return theta + p, lam / 10, 0
    return theta, lam * 10, 1
