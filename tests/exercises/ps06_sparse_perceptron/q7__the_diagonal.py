# mark 0/2: believes that only the diagonal is the kernel
def effective_kernels(W, mask, windows, G, rate):
    after = W - rate * (windows.T @ G)[:, None] * mask
    return np.diag(W), np.diag(after)
