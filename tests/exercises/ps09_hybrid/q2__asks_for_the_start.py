# mark 1/3: pays a forward pass for the value at theta
def damped_search(value, theta, J, r, lam, attempts):
    E = value(theta)
    for rejected in range(attempts):
        p = -np.linalg.solve(J.T @ J + lam * np.eye(len(theta)), J.T @ r)
        if value(theta + p) <= E:
            return theta + p, lam / 10, rejected
        lam = 10 * lam
    return theta, lam, attempts
