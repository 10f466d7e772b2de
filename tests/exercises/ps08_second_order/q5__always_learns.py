# mark 2/3: learns whatever comes
def inverse_update(V, s, y):
    c = s @ y
    z = V @ y
    cross = np.outer(s, z) / c
    return V + (1 + y @ z / c) * np.outer(s, s) / c - cross - cross.T
