# mark 1/3: starts the next try from the rejected point
def damped_search(value, theta, J, r, lam, attempts):
    for rejected in range(attempts):
        theta = theta - np.linalg.solve(J.T @ J + lam * np.eye(len(theta)), J.T @ r)
        if value(theta) < 0.5 * (r @ r):
            return theta, lam / 10, rejected
        lam = 10 * lam
    return theta, lam, attempts
