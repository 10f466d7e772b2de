# mark 2/2: right: counts the free entries of each row
def effective_kernels(W, mask, windows, G, rate):
    before = np.dot(W, np.ones(W.shape[1]))
    free = np.count_nonzero(mask, axis=1)
    return before, before - rate * free * np.dot(G, windows)
