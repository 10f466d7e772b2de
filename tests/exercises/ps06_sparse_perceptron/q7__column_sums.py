# mark 0/2: sums columns, the other way round
def effective_kernels(W, mask, windows, G, rate):
    after = W - rate * (windows.T @ G)[:, None] * mask
    return W.sum(axis=0), after.sum(axis=0)
