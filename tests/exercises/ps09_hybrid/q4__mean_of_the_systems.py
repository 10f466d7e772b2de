# mark 2/3: averages JᵀJ and Jᵀr instead of adding them
def batch_epoch(linearize, theta, parts, lam, mode):
    damping = lam * np.eye(len(theta))
    if mode == "sequential":
        for part in parts:
            J, r = linearize(theta, part)
            theta = theta - np.linalg.solve(J.T @ J + damping, J.T @ r)
        return theta
    systems = []
    for part in parts:
        J, r = linearize(theta, part)
        systems.append((J.T @ J, J.T @ r))
    if mode == "accumulate":
        n = len(parts)
        systems = [(sum(A for A, _ in systems) / n, sum(g for _, g in systems) / n)]
    return theta - np.mean(
        [np.linalg.solve(A + damping, g) for A, g in systems], axis=0
    )
