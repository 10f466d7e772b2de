# mark 2/3: Marquardt's scaling where Levenberg's is asked for
def gain(r, J, p, r_new):
    before, after = np.sum(r**2) / 2, np.sum(r_new**2) / 2
    return (before - after) / (before - np.sum((r + J @ p) ** 2) / 2)


def levenberg_marquardt(f, theta, lam, tries):
    r, J = f(theta)
    accepted = []
    for _ in range(tries):
        p = lm_step(J, r, lam, "marquardt")
        r_new, J_new = f(theta + p)
        accepted.append(bool(np.sum(r_new**2) < np.sum(r**2)))
        if accepted[-1]:
            theta, r, J, lam = theta + p, r_new, J_new, lam / 10
        else:
            lam = lam * 10
    return theta, lam, accepted
