# mark 1/2: shifts the caller's point
def to_simplex(x, centre, radius):
    n = len(x)
    x -= centre
    x /= radius
    w = helmert(n).T @ x
    rho = (n + 1) * np.max(-w)
    if rho == 0:
        return np.full(n + 1, 1 / (n + 1))
    return 1 / (n + 1) + np.linalg.norm(x) / rho * w
