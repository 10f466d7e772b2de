# mark 2/3: the promise of the slope alone, without the curvature
def gain(r, J, p, r_new):
    return (r @ r - r_new @ r_new) / (-2 * (J.T @ r) @ p)


def levenberg_marquardt(f, theta, lam, tries):
    r, J = f(theta)
    accepted = []
    for _ in range(tries):
        p = -np.linalg.solve(J.T @ J + lam * np.eye(len(theta)), J.T @ r)
        r_new, J_new = f(theta + p)
        if np.sum(r_new**2) < np.sum(r**2):
            theta, r, J = theta + p, r_new, J_new
            lam = lam / 10
            accepted.append(True)
        else:
            lam = lam * 10
            accepted.append(False)
    return theta, lam, accepted
