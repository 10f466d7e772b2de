# mark 0/2: spreads the gradient over the map, as average pooling does
def maxpool_backward(g, winner, shape):
    N, C, H, W = shape
    grad = np.zeros((N, C, H * W))
    for n, c, u, v in np.ndindex(g.shape):
        grad[n, c] += g[n, c, u, v] / (H * W)
    return grad.reshape(shape)
