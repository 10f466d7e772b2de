# mark 0/2: divides by the number of rows to find the row
def maxpool_backward(g, winner, shape):
    N, C, H, W = shape
    grad = np.zeros(shape)
    for n, c, u, v in np.ndindex(g.shape):
        k = winner[n, c, u, v]
        grad[n, c, (k // H) % H, (k % H) % W] += g[n, c, u, v]
    return grad
