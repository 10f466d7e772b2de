# mark 1/3: turns the damping round: less after a failure
def damped_search(value, theta, J, r, lam, attempts):
    for rejected in range(attempts):
        p = -np.linalg.solve(J.T @ J + lam * np.eye(len(theta)), J.T @ r)
        if value(theta + p) < 0.5 * (r @ r):
            return theta + p, lam / 10, rejected
        lam = lam / 10
    return theta, lam, attempts
