# mark 0/2: exp(+s), so it fires least where it should fire most
def fire(s, seed):
    s = np.asarray(s, dtype=float)
    p = 1 / (1 + np.exp(np.minimum(s, 700)))
    return (np.random.default_rng(seed).random(s.shape) < p).astype(int)
