# mark 1/3: takes a point that is no better
def damped_search(value, theta, J, r, lam, attempts):
    E = 0.5 * (r @ r)
    for rejected in range(attempts):
        p = -np.linalg.solve(J.T @ J + lam * np.eye(len(theta)), J.T @ r)
        if value(theta + p) <= E * (1 + 1e-6):
            return theta + p, lam / 10, rejected
        lam = 10 * lam
    return theta, lam, attempts
