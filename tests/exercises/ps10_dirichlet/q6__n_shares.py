# mark 0/2: n where n + 1 belongs
def to_simplex(x, centre, radius):
    n = len(x)
    y = (x - centre) / radius
    w = helmert(n).T @ y
    rho = n * np.max(-w)
    if rho == 0:
        return np.full(n + 1, 1 / n)
    return 1 / n + np.linalg.norm(y) / rho * w
