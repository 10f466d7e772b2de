# mark 2/3: forgets the damping after a failure of all tries
def damped_search(value, theta, J, r, lam, attempts):
    start = lam
    for rejected in range(attempts):
        p = -np.linalg.solve(J.T @ J + lam * np.eye(len(theta)), J.T @ r)
        if value(theta + p) < 0.5 * (r @ r):
            return theta + p, lam / 10, rejected
        lam = 10 * lam
    return theta, start, attempts
