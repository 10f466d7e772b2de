# mark 1/3: subtracts the step
def damped_search(value, theta, J, r, lam, attempts):
    for rejected in range(attempts):
        p = np.linalg.solve(J.T @ J + lam * np.eye(len(theta)), J.T @ r)
        if value(theta + p) < 0.5 * (r @ r):
            return theta + p, lam / 10, rejected
        lam = 10 * lam
    return theta, lam, attempts
