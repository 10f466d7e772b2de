# mark 3/3: right, forwards through the layers: one column block at a time
def jacobian(layers, X):
    y, J = X, np.zeros((*X.shape, 0))
    for number, (W, b) in enumerate(layers, 1):
        N, D = y.shape
        weights = np.einsum("jk,ni->njki", np.eye(len(W)), y)
        weights = weights.reshape(N, len(W), len(W) * D)
        biases = np.tile(np.eye(len(W)), (N, 1, 1))
        J = np.concatenate([W @ J, weights, biases], axis=2)
        y = y @ W.T + b
        if number < len(layers):
            y = np.tanh(y)
            J = (1 - y**2)[:, :, None] * J
    return y, J.reshape(-1, J.shape[2])
