# mark 2/2: right, sample by sample
def map_errors(w, grid, x):
    total, torn = 0.0, 0
    for one in x:
        gaps = [float(np.hypot.reduce(one - unit)) for unit in w]
        a, b = sorted(range(len(w)), key=gaps.__getitem__)[:2]
        total += gaps[a]
        torn += max(abs(grid[a][0] - grid[b][0]), abs(grid[a][1] - grid[b][1])) > 1
    return total / len(x), torn / len(x)
