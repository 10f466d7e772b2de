# mark 2/3: two layers at most
def jacobian(layers, X):
    N = len(X)
    if len(layers) == 1:
        y, (W, b) = X, layers[0]
        K, parts = len(W), []
    else:
        (W1, b1), (W, b) = layers[0], layers[-1]
        y, K = np.tanh(X @ W1.T + b1), len(W)
        through = W * (1 - y**2)[:, None, :]
        parts = [
            np.einsum("nkh,nd->nkhd", through, X).reshape(N * K, -1),
            through.reshape(N * K, -1),
        ]
    last = np.einsum("kj,nh->nkjh", np.eye(K), y).reshape(N * K, -1)
    parts += [last, np.tile(np.eye(K), (N, 1))]
    return y @ W.T + b, np.hstack(parts)
