# mark 2/3: the damping grows, the step does not
def damped_search(value, theta, J, r, lam, attempts):
    p = -np.linalg.solve(J.T @ J + lam * np.eye(len(theta)), J.T @ r)
    for rejected in range(attempts):
        if value(theta + p) < 0.5 * (r @ r):
            return theta + p, lam / 10, rejected
        lam = 10 * lam
    return theta, lam, attempts
