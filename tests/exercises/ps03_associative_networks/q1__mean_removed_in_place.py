# mark 0/2: centres the patterns, and in the caller's array
def store(patterns):
    patterns -= patterns.mean()
    W = patterns.T @ patterns / patterns.shape[1]
    np.fill_diagonal(W, 0)
    return W
