# mark 1/3: multiplies by the activation, not by its slope
def grad_from_dense(W, delta, shape):
    return (delta @ W).reshape(len(delta), *shape)


def conv_delta_from_pool(g, winner, s, kind):
    grad = maxpool_backward(g, winner, s.shape)
    if kind == "tanh":
        grad = grad * np.tanh(s)
    if kind == "relu":
        grad = grad * np.maximum(s, 0)
    return grad
