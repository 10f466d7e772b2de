# mark 1/2: neighbours by the number of the unit
def map_errors(w, grid, x):
    d = np.linalg.norm(x[:, None] - w, axis=2)
    a, b = np.argsort(d, axis=1)[:, :2].T
    return d.min(axis=1).mean(), (np.abs(a - b) > 1).mean()
