# mark 0/2: the probability, no throw
def fire(s, seed):
    return 1 / (1 + np.exp(-np.asarray(s, dtype=float)))
