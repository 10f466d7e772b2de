# mark 0/3: not all combinations: pairs of equal values, n times
def grid_and_random(score, low, high, n, seed):
    values = np.geomspace(low, high, n)
    points = np.random.default_rng(seed).uniform(np.log(low), np.log(high), (n * n, 2))
    grid = [score(a, a) for a in values]
    other = [score(a, b) for a, b in np.exp(points)]
    return tuple(
        min((s for s in part if np.isfinite(s)), default=np.inf)
        for part in (grid, other)
    )
