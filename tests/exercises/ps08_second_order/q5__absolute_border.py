# mark 2/3: skips where y times s is below 1e-10, however short the step
def inverse_update(V, s, y):
    c = s @ y
    if c <= 1e-10:
        return V
    z = V @ y
    cross = np.outer(s, z) / c
    return V + (1 + y @ z / c) * np.outer(s, s) / c - cross - cross.T
