# mark 1/3: s @ s where a matrix belongs
def inverse_update(V, s, y):
    c = s @ y
    if c <= 1e-10 * np.linalg.norm(s) * np.linalg.norm(y):
        return V
    z = V @ y
    cross = np.outer(s, z) / c
    return V + (1 + y @ z / c) * (s @ s) / c - cross - cross.T
