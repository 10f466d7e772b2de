# mark 1/2: a new generator without the seed
def fire(s, seed):
    p = (1 + np.tanh(np.asarray(s) / 2)) / 2
    return (np.random.default_rng().random(p.shape) < p).astype(int)
