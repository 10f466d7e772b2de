# mark 1/2: adds normal noise to s, which is another curve
def fire(s, seed):
    s = np.asarray(s, dtype=float)
    noise = np.random.default_rng(seed).normal(size=s.shape)
    return (s + noise >= 0).astype(int)
