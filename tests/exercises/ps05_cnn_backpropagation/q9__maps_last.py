# mark 2/3: reads the flat vector with the maps as last axis
def grad_from_dense(W, delta, shape):
    C, h, w = shape
    flat = (delta @ W).reshape(-1, h * w, C)
    return flat.transpose(0, 2, 1).reshape(-1, C, h, w)


def conv_delta_from_pool(g, winner, s, kind):
    grad = maxpool_backward(g, winner, s.shape)
    if kind == "tanh":
        grad = grad * (1 - np.tanh(s) ** 2)
    if kind == "relu":
        grad = grad * (s > 0)
    return grad
