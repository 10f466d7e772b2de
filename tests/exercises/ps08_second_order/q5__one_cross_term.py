# mark 1/3: one of the two cross terms, so that V loses its symmetry
def inverse_update(V, s, y):
    c = s @ y
    if c <= 1e-10 * np.linalg.norm(s) * np.linalg.norm(y):
        return V
    z = V @ y
    cross = np.outer(s, z) / c
    return V + (1 + y @ z / c) * np.outer(s, s) / c - cross
