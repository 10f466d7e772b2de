# mark 0/2: whole numbers cut the weights to 0
def store(patterns):
    N = len(patterns[0])
    W = np.zeros((N, N), dtype=int)
    for one in patterns:
        W += (np.outer(one, one) / N).astype(int)
    return W
