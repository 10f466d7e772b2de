# mark 1/2: averages the gradient over the windows
def effective_kernels(W, mask, windows, G, rate):
    after = W - rate * (windows.T @ G)[:, None] / len(G) * mask
    return W.sum(axis=1), after.sum(axis=1)
