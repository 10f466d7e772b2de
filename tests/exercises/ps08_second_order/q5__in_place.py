# mark 1/3: writes the new matrix over the old one
def inverse_update(V, s, y):
    c = s @ y
    if c <= 1e-10 * np.linalg.norm(s) * np.linalg.norm(y):
        return V
    z = V @ y
    cross = np.outer(s, z) / c
    V[...] = V + (1 + y @ z / c) * np.outer(s, s) / c - cross - cross.T
    return V
