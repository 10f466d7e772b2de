# mark 0/2: weights between patterns, not between units
def store(patterns):
    W = patterns @ patterns.T / patterns.shape[1]
    np.fill_diagonal(W, 0)
    return W
