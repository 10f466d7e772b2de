# mark 0/2: the largest absolute value for the largest of -w
def to_simplex(x, centre, radius):
    n = len(x)
    y = (x - centre) / radius
    w = helmert(n).T @ y
    rho = (n + 1) * np.abs(w).max()
    if rho == 0:
        return np.full(n + 1, 1 / (n + 1))
    return 1 / (n + 1) + np.linalg.norm(y) / rho * w
