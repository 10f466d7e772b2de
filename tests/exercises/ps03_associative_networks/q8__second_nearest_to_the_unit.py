# mark 1/2: the unit nearest to the winner, not to the sample
def map_errors(w, grid, x):
    d = np.linalg.norm(x[:, None] - w, axis=2)
    a = d.argmin(axis=1)
    between = np.linalg.norm(w[:, None] - w, axis=2)
    b = np.argsort(between, axis=1)[:, 1][a]
    return d.min(axis=1).mean(), (np.abs(grid[a] - grid[b]).max(axis=1) > 1).mean()
