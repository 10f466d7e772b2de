# mark 1/2: n times the step, whatever the mask
def effective_kernels(W, mask, windows, G, rate):
    before = W.sum(axis=1)
    return before, before - rate * len(W) * (windows.T @ G)
