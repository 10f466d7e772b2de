# mark 3/3: right: stacks the rows for the exact step, least squares for all
def batch_epoch(linearize, theta, parts, lam, mode):
    def step(J, r):
        root = np.sqrt(lam) * np.eye(J.shape[1])
        rows, right_side = np.vstack([J, root]), np.append(-r, np.zeros(J.shape[1]))
        return np.linalg.lstsq(rows, right_side, rcond=None)[0]

    if mode == "sequential":
        now = theta.copy()
        for part in parts:
            now = now + step(*linearize(now, part))
        return now
    pairs = [linearize(theta, part) for part in parts]
    if mode == "mean":
        return theta + np.mean([step(J, r) for J, r in pairs], axis=0)
    J, r = (np.concatenate(list(column)) for column in zip(*pairs))
    return theta + step(J, r)
