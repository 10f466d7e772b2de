# mark 2/3: returns the zero state as well
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
            gU + delta.T @ h[:, t],
            gb + delta.sum(axis=0),
        )
    return h, gW, gU, gb
