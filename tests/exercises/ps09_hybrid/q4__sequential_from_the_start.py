# mark 2/3: takes all steps from linearizations at the start
def batch_epoch(linearize, theta, parts, lam, mode):
    damping = lam * np.eye(len(theta))
    systems = []
    for part in parts:
        J, r = linearize(theta, part)
        systems.append((J.T @ J, J.T @ r))
    if mode == "accumulate":
        systems = [(sum(A for A, _ in systems), sum(g for _, g in systems))]
    steps = [-np.linalg.solve(A + damping, g) for A, g in systems]
    return theta + (sum(steps) if mode == "sequential" else np.mean(steps, axis=0))
