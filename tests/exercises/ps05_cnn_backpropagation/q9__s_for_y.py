# mark 2/3: 1 - s squared: takes the sum for the output
def grad_from_dense(W, delta, shape):
    return (delta @ W).reshape(len(delta), *shape)


def conv_delta_from_pool(g, winner, s, kind):
    grad = maxpool_backward(g, winner, s.shape)
    if kind == "tanh":
        grad = grad * (1 - s**2)
    if kind == "relu":
        grad = grad * (s > 0)
    return grad
