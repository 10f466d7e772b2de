# mark 3/3: right: one point after the other
def grid_and_random(score, low, high, n, seed):
    rng = np.random.default_rng(seed)
    first, second = float("inf"), float("inf")
    for i in range(n):
        for j in range(n):
            a, b = (low * (high / low) ** (k / (n - 1)) for k in (i, j))
            s = score(a, b)
            first = s if np.isfinite(s) and s < first else first
    for _ in range(n * n):
        s = score(*(low * (high / low) ** rng.random() for _ in range(2)))
        second = s if np.isfinite(s) and s < second else second
    return first, second
