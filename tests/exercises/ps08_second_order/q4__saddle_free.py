# mark 1/2: takes the eigenvalues' absolute values
def newton_step(H, g, floor):
    w, U = np.linalg.eigh(H)
    return -U @ ((U.T @ g) / np.abs(w)), 0.0
