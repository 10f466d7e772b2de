# mark 1/2: clips s in the caller's array against overflow
def fire(s, seed):
    s = np.asarray(s)
    if s.ndim:
        np.clip(s, -500, 500, out=s)
    p = 1 / (1 + np.exp(-np.clip(s, -500, 500)))
    return (np.random.default_rng(seed).random(s.shape) < p).astype(int)
