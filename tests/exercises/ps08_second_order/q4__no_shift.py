# mark 1/2: Newton as printed: it leads to the saddle
def newton_step(H, g, floor):
    return np.linalg.solve(H + 1e-300 * np.eye(len(g)), -g), 0.0
