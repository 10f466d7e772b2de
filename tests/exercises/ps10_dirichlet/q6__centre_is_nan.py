# mark 1/2: divides zero by zero at the centre
def to_simplex(x, centre, radius):
    n = len(x)
    y = (x - centre) / radius
    w = helmert(n).T @ y
    with np.errstate(all="ignore"):
        return 1 / (n + 1) + np.linalg.norm(y) / ((n + 1) * np.max(-w)) * w
