# mark 2/2: right, map by map with bincount
def maxpool_backward(g, winner, shape):
    maps = zip(g.reshape(-1, g[0, 0].size), winner.reshape(-1, g[0, 0].size))
    size = shape[2] * shape[3]
    return np.reshape([np.bincount(k, a, size) for a, k in maps], shape)
