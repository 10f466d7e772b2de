# mark 1/2: averages over the windows that an entry won
def maxpool_backward(g, winner, shape):
    N, C, H, W = shape
    grad = np.zeros((N, C, H * W))
    count = np.zeros((N, C, H * W))
    for n, c, u, v in np.ndindex(g.shape):
        grad[n, c, winner[n, c, u, v]] += g[n, c, u, v]
        count[n, c, winner[n, c, u, v]] += 1
    return (grad / np.maximum(count, 1)).reshape(shape)
