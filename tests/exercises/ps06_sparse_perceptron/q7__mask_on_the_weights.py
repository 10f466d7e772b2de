# mark 1/2: sets what is frozen to 0
def effective_kernels(W, mask, windows, G, rate):
    after = (W - rate * (windows.T @ G)[:, None]) * mask
    return W.sum(axis=1), after.sum(axis=1)
