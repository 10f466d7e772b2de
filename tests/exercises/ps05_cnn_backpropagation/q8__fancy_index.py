# mark 1/2: grad[places] += g counts a repeated place once
def maxpool_backward(g, winner, shape):
    N, C, H, W = shape
    grad = np.zeros((N * C, H * W))
    rows = np.arange(N * C)[:, None]
    grad[rows, winner.reshape(N * C, -1)] += g.reshape(N * C, -1)
    return grad.reshape(shape)
