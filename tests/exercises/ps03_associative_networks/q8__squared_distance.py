# mark 1/2: the mean of the squares
def map_errors(w, grid, x):
    d = ((x[:, None] - w) ** 2).sum(axis=2)
    a, b = np.argsort(d, axis=1)[:, :2].T
    return d.min(axis=1).mean(), (np.abs(grid[a] - grid[b]).max(axis=1) > 1).mean()
