# mark 0/3: biases before the weights
def jacobian(layers, X):
    Y = [X]
    for k, (W, b) in enumerate(layers):
        s = Y[-1] @ W.T + b
        Y.append(s if k == len(layers) - 1 else np.tanh(s))
    rows = []
    for n in range(len(X)):
        for k in range(Y[-1].shape[1]):
            delta = np.zeros(Y[-1].shape[1])
            delta[k] = 1.0
            row = []
            for l in range(len(layers) - 1, -1, -1):
                W, b = layers[l]
                row = [delta, np.outer(delta, Y[l][n]).ravel()] + row
                delta = (W.T @ delta) * (1 - Y[l][n] ** 2)
            rows.append(np.concatenate(row))
    return Y[-1], np.array(rows)
