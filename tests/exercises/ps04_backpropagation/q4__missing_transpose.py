# mark 0/3: W turned round on the way back
def gradients(layers, X, T):
    Y = [X]
    for W, b in layers:
        Y.append(np.tanh(Y[-1] @ W.T + b))
    r = Y[-1] - T
    delta = r * (1 - Y[-1] ** 2) / len(X)
    grads = []
    for (W, _), y, before in zip(layers[::-1], Y[:0:-1], Y[-2::-1]):
        grads.append((delta.T @ before, delta.sum(axis=0)))
        delta = delta @ W.T * (1 - before**2)
    return np.sum(r * r) / (2 * len(X)), grads[::-1]
