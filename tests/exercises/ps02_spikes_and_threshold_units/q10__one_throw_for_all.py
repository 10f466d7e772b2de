# mark 0/2: one random number for all entries
def fire(s, seed):
    p = (1 + np.tanh(np.asarray(s) / 2)) / 2
    return (np.random.default_rng(seed).random() < p).astype(int)
