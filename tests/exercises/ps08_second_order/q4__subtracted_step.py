# mark 0/2: the step to be subtracted
def newton_step(H, g, floor):
    tau = max(0.0, floor - np.linalg.eigvalsh(H)[0])
    return np.linalg.solve(H + tau * np.eye(len(g)), g), tau
