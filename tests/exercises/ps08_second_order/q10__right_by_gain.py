# mark 3/3: right, accepting by the sign of the gain
def gain(r, J, p, r_new):
    promised = -(J.T @ r) @ p - (J @ p) @ (J @ p) / 2
    return (0.5 * r.dot(r) - 0.5 * r_new.dot(r_new)) / promised


def levenberg_marquardt(f, theta, lam, tries):
    (r, J), accepted = f(theta), []
    while len(accepted) < tries:
        p = -J.T @ np.linalg.solve(J @ J.T + lam * np.eye(len(r)), r)
        new = f(theta + p)
        good = gain(r, J, p, new[0]) > 0
        accepted = [*accepted, good]
        lam *= 0.1 if good else 10.0
        if good:
            theta = theta + p
            r, J = new
    return theta, lam, accepted
