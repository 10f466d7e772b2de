# mark 2/2: right, by the generator's own binomial throw
def fire(s, seed):
    s = np.asarray(s, dtype=float)
    p = 1 / (1 + np.exp(-np.clip(s, -700, 700)))
    return np.random.default_rng(seed).binomial(1, p)
