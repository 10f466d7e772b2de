# mark 2/3: moves the caller's theta in the sequential mode
def batch_epoch(linearize, theta, parts, lam, mode):
    damping = lam * np.eye(len(theta))
    if mode == "sequential":
        for part in parts:
            J, r = linearize(theta, part)
            theta -= np.linalg.solve(J.T @ J + damping, J.T @ r)
        return theta
    pairs = [linearize(theta, part) for part in parts]
    if mode == "accumulate":
        pairs = [
            (np.vstack([J for J, _ in pairs]), np.concatenate([r for _, r in pairs]))
        ]
    steps = [-np.linalg.solve(J.T @ J + damping, J.T @ r) for J, r in pairs]
    return theta + np.mean(steps, axis=0)
