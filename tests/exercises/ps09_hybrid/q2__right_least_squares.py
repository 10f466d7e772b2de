# mark 3/3: right: least squares of the stacked matrix
def damped_search(value, theta, J, r, lam, attempts):
    T, failures = J.shape[1], 0
    while failures < attempts:
        stacked = np.vstack([J, np.sqrt(lam) * np.eye(T)])
        right_side = np.concatenate([-r, np.zeros(T)])
        p = np.linalg.lstsq(stacked, right_side, rcond=None)[0]
        E = value(theta + p)
        if np.isfinite(E) and E < np.dot(r, r) / 2:
            return theta + p, lam * 0.1, failures
        failures += 1
        lam *= 10.0
    return theta, lam, failures
