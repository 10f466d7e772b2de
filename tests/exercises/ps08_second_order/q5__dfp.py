# mark 1/3: Davidon, Fletcher and Powell: keeps the secant equation and is not BFGS
def inverse_update(V, s, y):
    c = y @ s
    if c <= 1e-10 * np.linalg.norm(s) * np.linalg.norm(y):
        return V
    z = V @ y
    return V - np.outer(z, z) / (y @ z) + np.outer(s, s) / c
