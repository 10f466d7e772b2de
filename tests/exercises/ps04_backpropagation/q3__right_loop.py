# mark 2/2: right, unit by unit
def hidden_delta(delta, W, y):
    result = np.zeros(y.shape)
    for i in range(y.shape[1]):
        for j in range(delta.shape[1]):
            result[:, i] += W[j, i] * delta[:, j]
        result[:, i] *= 1 - y[:, i] ** 2
    return result
