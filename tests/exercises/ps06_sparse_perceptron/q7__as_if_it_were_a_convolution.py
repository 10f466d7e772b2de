# mark 1/2: steps the kernel as if nothing else were free
def effective_kernels(W, mask, windows, G, rate):
    before = W.sum(axis=1)
    return before, before - rate * windows.T @ G
