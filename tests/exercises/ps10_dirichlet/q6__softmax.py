# mark 0/2: another map, one to one as well, but not this one
def to_simplex(x, centre, radius):
    w = helmert(len(x)).T @ ((x - centre) / radius)
    return np.exp(w) / np.exp(w).sum()
