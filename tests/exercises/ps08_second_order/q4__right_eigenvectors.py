# mark 2/2: right, in the eigenvectors' coordinates
def newton_step(H, g, floor):
    w, U = np.linalg.eigh(H)
    tau = floor - w.min() if w.min() < floor else 0
    return U @ (-(U.T @ g) / (w + tau)), tau
