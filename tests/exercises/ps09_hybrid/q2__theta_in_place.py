# mark 0/3: moves the caller's theta
def damped_search(value, theta, J, r, lam, attempts):
    start = theta.copy()
    for rejected in range(attempts):
        theta[:] = start - np.linalg.solve(J.T @ J + lam * np.eye(len(theta)), J.T @ r)
        if value(theta) < 0.5 * (r @ r):
            return theta, lam / 10, rejected
        lam = 10 * lam
    return theta, lam, attempts
