# mark 1/2: the last window's gradient overwrites the others
def maxpool_backward(g, winner, shape):
    N, C, H, W = shape
    grad = np.zeros((N, C, H * W))
    for n, c, u, v in np.ndindex(g.shape):
        grad[n, c, winner[n, c, u, v]] = g[n, c, u, v]
    return grad.reshape(shape)
