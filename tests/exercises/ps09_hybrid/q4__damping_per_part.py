# mark 2/3: adds the damping once for every part
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
        systems.append((J.T @ J + damping, J.T @ r))
    if mode == "accumulate":
        systems = [(sum(A for A, _ in systems), sum(g for _, g in systems))]
    return theta - np.mean([np.linalg.solve(*system) for system in systems], axis=0)
