# mark 1/2: takes the smallest diagonal entry for the smallest eigenvalue
def newton_step(H, g, floor):
    tau = max(0.0, floor - np.diag(H).min())
    return np.linalg.solve(H + tau * np.eye(len(g)), -g), tau
