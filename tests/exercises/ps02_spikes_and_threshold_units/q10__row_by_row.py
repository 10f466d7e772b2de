# mark 1/2: every row gets the same throws
def fire(s, seed):
    p = (1 + np.tanh(np.asarray(s) / 2)) / 2
    if p.ndim < 2:
        return (np.random.default_rng(seed).random(p.shape) < p).astype(int)
    return np.array([fire(row, seed) for row in np.asarray(s)])
