# mark 0/2: every pattern overwrites the one before
def store(patterns):
    for one in patterns:
        W = np.outer(one, one) / len(one)
    np.fill_diagonal(W, 0)
    return W
