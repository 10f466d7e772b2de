# mark 2/3: right for V = I and for nothing else
def inverse_update(V, s, y):
    c = s @ y
    if c <= 1e-10 * np.linalg.norm(s) * np.linalg.norm(y):
        return V
    z = y
    cross = np.outer(s, z) / c
    return np.eye(len(s)) + (1 + y @ z / c) * np.outer(s, s) / c - cross - cross.T
