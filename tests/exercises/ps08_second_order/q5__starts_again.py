# mark 2/3: returns the identity where nothing is to be learnt
def inverse_update(V, s, y):
    c = s @ y
    if c <= 1e-10 * np.linalg.norm(s) * np.linalg.norm(y):
        return np.eye(len(s))
    z = V @ y
    cross = np.outer(s, z) / c
    return V + (1 + y @ z / c) * np.outer(s, s) / c - cross - cross.T
