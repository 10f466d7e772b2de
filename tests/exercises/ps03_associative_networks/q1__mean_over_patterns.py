# mark 1/2: divides by the number of patterns instead of units
def store(patterns):
    W = patterns.T @ patterns / len(patterns)
    np.fill_diagonal(W, 0)
    return W
