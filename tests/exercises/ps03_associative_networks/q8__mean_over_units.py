# mark 1/2: how far each unit is from its nearest sample
def map_errors(w, grid, x):
    d = np.linalg.norm(x[:, None] - w, axis=2)
    a, b = np.argsort(d, axis=1)[:, :2].T
    return d.min(axis=0).mean(), (np.abs(grid[a] - grid[b]).max(axis=1) > 1).mean()
