# mark 1/3: rejected tries do not count
def gain(r, J, p, r_new):
    before, after = np.sum(r**2) / 2, np.sum(r_new**2) / 2
    return (before - after) / (before - np.sum((r + J @ p) ** 2) / 2)


def levenberg_marquardt(f, theta, lam, tries):
    r, J = f(theta)
    accepted = []
    while sum(accepted) < tries and len(accepted) < 60:
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
