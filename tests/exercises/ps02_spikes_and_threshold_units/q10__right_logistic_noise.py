# mark 2/2: right, a threshold under logistic noise
def fire(s, seed):
    s = np.asarray(s, dtype=float)
    u = np.random.default_rng(seed).uniform(1e-12, 1 - 1e-12, s.shape)
    return (s > np.log(u / (1 - u))).astype(float)
