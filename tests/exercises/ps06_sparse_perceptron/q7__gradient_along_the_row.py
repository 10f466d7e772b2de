# mark 1/2: gradient of entry (i, j) taken as that of kernel entry j
def effective_kernels(W, mask, windows, G, rate):
    after = W - rate * (windows.T @ G)[None, :] * mask
    return W.sum(axis=1), after.sum(axis=1)
