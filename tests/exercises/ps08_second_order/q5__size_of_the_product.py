# mark 2/3: skips a small product, but not a negative one
def inverse_update(V, s, y):
    c = s @ y
    if abs(c) <= 1e-10 * np.linalg.norm(s) * np.linalg.norm(y):
        return V
    z = V @ y
    cross = np.outer(s, z) / c
    return V + (1 + y @ z / c) * np.outer(s, s) / c - cross - cross.T
