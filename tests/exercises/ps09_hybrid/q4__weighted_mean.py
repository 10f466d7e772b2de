# mark 2/3: weights the parts by their size
def batch_epoch(linearize, theta, parts, lam, mode):
    damping = lam * np.eye(len(theta))
    A, g, step = 0, 0, 0
    for part in parts:
        J, r = linearize(theta, part)
        if mode == "sequential":
            theta = theta - np.linalg.solve(J.T @ J + damping, J.T @ r)
        A, g = A + J.T @ J, g + J.T @ r
        step = step - len(part) * np.linalg.solve(J.T @ J + damping, J.T @ r)
    if mode == "sequential":
        return theta
    if mode == "mean":
        return theta + step / sum(len(part) for part in parts)
    return theta - np.linalg.solve(A + damping, g)
