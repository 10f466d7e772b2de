# mark 2/3: uniform, not log-uniform
def grid_and_random(score, low, high, n, seed):
    values = np.geomspace(low, high, n)
    points = np.random.default_rng(seed).uniform(low, high, (n * n, 2))
    grid = [score(a, b) for a in values for b in values]
    other = [score(a, b) for a, b in points]
    return tuple(
        min((s for s in part if np.isfinite(s)), default=np.inf)
        for part in (grid, other)
    )
