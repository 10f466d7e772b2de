# mark 1/2: four neighbours instead of eight
def map_errors(w, grid, x):
    d = np.linalg.norm(x[:, None] - w, axis=2)
    a, b = np.argsort(d, axis=1)[:, :2].T
    return d.min(axis=1).mean(), (np.abs(grid[a] - grid[b]).sum(axis=1) > 1).mean()
