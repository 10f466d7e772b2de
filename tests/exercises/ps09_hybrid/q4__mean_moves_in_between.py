# mark 2/3: the mean of increments taken one after the other
def batch_epoch(linearize, theta, parts, lam, mode):
    damping, start = lam * np.eye(len(theta)), theta
    A, g, steps = 0, 0, []
    for part in parts:
        J, r = linearize(start if mode == "accumulate" else theta, part)
        A, g = A + J.T @ J, g + J.T @ r
        steps.append(-np.linalg.solve(J.T @ J + damping, J.T @ r))
        theta = theta + steps[-1]
    if mode == "accumulate":
        return start - np.linalg.solve(A + damping, g)
    return theta if mode == "sequential" else start + np.mean(steps, axis=0)
