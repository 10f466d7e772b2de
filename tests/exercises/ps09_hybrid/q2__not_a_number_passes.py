# mark 2/3: asks whether it is worse, and not-a-number is not
def damped_search(value, theta, J, r, lam, attempts):
    E = 0.5 * (r @ r)
    for rejected in range(attempts):
        p = -np.linalg.solve(J.T @ J + lam * np.eye(len(theta)), J.T @ r)
        if value(theta + p) >= E:
            lam = 10 * lam
            continue
        return theta + p, lam / 10, rejected
    return theta, lam, attempts
