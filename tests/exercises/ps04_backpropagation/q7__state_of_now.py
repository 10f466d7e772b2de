# mark 1/3: h_t in the place of h_{t-1} in gU
def elman(W, U, b, X, G):
    N, T, _ = X.shape
    h = np.zeros((N, T + 1, len(b)))
    for t in range(T):
        h[:, t + 1] = np.tanh(X[:, t] @ W.T + h[:, t] @ U.T + b)
    gW, gU, gb, delta = 0 * W, 0 * U, 0 * b, np.zeros((N, len(b)))
    for t in reversed(range(T)):
        delta = (G[:, t] + delta @ U) * (1 - h[:, t + 1] ** 2)
        gW, gU, gb = (
            gW + delta.T @ X[:, t],
            gU + delta.T @ h[:, t + 1],
            gb + delta.sum(axis=0),
        )
    return h[:, 1:], gW, gU, gb
