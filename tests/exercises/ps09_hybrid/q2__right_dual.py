# mark 3/3: right: the small system of the rows
def damped_search(value, theta, J, r, lam, attempts):
    gram = J @ J.T
    for k in range(attempts):
        damping = lam * 10.0**k
        alpha = np.linalg.solve(gram + damping * np.eye(len(r)), r)
        trial = theta - J.T @ alpha
        if value(trial) < np.sum(r**2) / 2:
            return [trial, damping / 10, k]
    return [theta, lam * 10.0**attempts, attempts]
