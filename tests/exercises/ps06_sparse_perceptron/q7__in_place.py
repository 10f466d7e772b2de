# mark 1/2: steps the caller's W, and returns the new kernel twice
def effective_kernels(W, mask, windows, G, rate):
    W -= rate * (windows.T @ G)[:, None] * mask
    return W.sum(axis=1), W.sum(axis=1)
