# mark 1/2: turns the caller's winners to places in the whole batch
def maxpool_backward(g, winner, shape):
    N, C, H, W = shape
    winner += (np.arange(N * C) * H * W).reshape(N, C, 1, 1)
    grad = np.zeros(N * C * H * W)
    np.add.at(grad, winner.ravel(), g.ravel())
    return grad.reshape(shape)
