# mark 0/3: central differences, exact to ten digits at best
def jacobian(layers, X):
    def run(theta):
        y, k = X, 0
        for number, (W, b) in enumerate(layers, 1):
            W, k = theta[k : k + W.size].reshape(W.shape), k + W.size
            b, k = theta[k : k + b.size], k + b.size
            y = y @ W.T + b
            y = np.tanh(y) if number < len(layers) else y
        return y

    theta = np.concatenate([part.ravel() for layer in layers for part in layer])
    h, columns = 1e-5, []
    for unit in np.eye(len(theta)):
        up, down = run(theta + h * unit), run(theta - h * unit)
        columns.append((up - down).ravel() / (2 * h))
    return run(theta), np.transpose(columns)
