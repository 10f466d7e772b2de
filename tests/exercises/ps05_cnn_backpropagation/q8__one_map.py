# mark 0/2: all winners of the batch land in the first map
def maxpool_backward(g, winner, shape):
    N, C, H, W = shape
    grad = np.zeros((N, C, H * W))
    for n, c, u, v in np.ndindex(g.shape):
        grad[0, 0, winner[n, c, u, v]] += g[n, c, u, v]
    return grad.reshape(shape)
