# mark 2/3: damping never falls below a floor of its own
def gain(r, J, p, r_new):
    model = r + J @ p
    return (r @ r - r_new @ r_new) / (r @ r - model @ model)


def levenberg_marquardt(f, theta, lam, tries):
    r, J = f(theta)
    accepted = []
    for _ in range(tries):
        trial = theta + lm_step(J, r, lam, "levenberg")
        r_new, J_new = f(trial)
        falls = bool(r_new @ r_new < r @ r)
        accepted.append(falls)
        if falls:
            theta, r, J = trial, r_new, J_new
        lam = max(lam / 10, 1e-12) if falls else 10 * lam
    return theta, lam, accepted
