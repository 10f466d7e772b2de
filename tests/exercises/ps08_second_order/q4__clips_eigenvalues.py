# mark 1/2: lifts the low eigenvalues only
def newton_step(H, g, floor):
    w, U = np.linalg.eigh(H)
    tau = max(0.0, floor - w[0])
    return -U @ ((U.T @ g) / np.maximum(w, floor)), tau
