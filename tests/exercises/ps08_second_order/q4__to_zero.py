# mark 1/2: lifts the lowest eigenvalue to 0 and forgets the floor
def newton_step(H, g, floor):
    tau = max(0.0, -np.linalg.eigvalsh(H)[0])
    return np.linalg.lstsq(H + tau * np.eye(len(g)), -g)[0], tau
