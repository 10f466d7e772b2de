# mark 2/2: right: feeds the identity as windows
def effective_kernels(W, mask, windows, G, rate):
    n = len(W)
    ones = np.ones((n, 1))
    gradient = windows.T @ G.reshape(-1, 1) @ ones.T
    new = W - rate * gradient * mask
    return (np.eye(n) @ W @ ones).ravel(), (np.eye(n) @ new @ ones).ravel()
