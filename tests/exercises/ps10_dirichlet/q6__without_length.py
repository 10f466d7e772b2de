# mark 0/2: sends every point to the border
def to_simplex(x, centre, radius):
    n = len(x)
    w = helmert(n).T @ ((x - centre) / radius)
    rho = (n + 1) * np.max(-w)
    if rho == 0:
        return np.full(n + 1, 1 / (n + 1))
    return 1 / (n + 1) + w / rho
