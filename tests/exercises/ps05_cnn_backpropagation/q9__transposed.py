# mark 2/3: W turned round on the way back
def grad_from_dense(W, delta, shape):
    return (W.T @ delta.T).reshape(len(delta), *shape)


def conv_delta_from_pool(g, winner, s, kind):
    grad = maxpool_backward(g, winner, s.shape)
    if kind == "tanh":
        grad = grad * (1 - np.tanh(s) ** 2)
    if kind == "relu":
        grad = grad * (s > 0)
    return grad
