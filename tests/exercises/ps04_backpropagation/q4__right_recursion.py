# mark 3/3: right, as a recursion
def gradients(layers, X, T):
    def run(depth, x):
        if depth == len(layers):
            return np.sum((x - T) ** 2) / 2 / len(T), (x - T) / len(T), []
        W, b = layers[depth]
        y = np.tanh(np.dot(x, W.T) + b[None, :])
        E, slope, later = run(depth + 1, y)
        d = slope * (1 - y**2)
        return E, d @ W, [(np.einsum("nk,nh->kh", d, x), d.sum(0))] + later

    E, _, grads = run(0, X)
    return E, grads
