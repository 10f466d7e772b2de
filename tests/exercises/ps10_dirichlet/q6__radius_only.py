# mark 1/2: forgets the centre
def to_simplex(x, centre, radius):
    n = len(x)
    y = x / radius
    w = helmert(n).T @ y
    rho = (n + 1) * np.max(-w)
    if rho == 0:
        return np.full(n + 1, 1 / (n + 1))
    return 1 / (n + 1) + np.linalg.norm(y) / rho * w
