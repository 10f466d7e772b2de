# mark 2/2: right, by pairs
def energy(W, s):
    s = np.atleast_2d(s) if np.ndim(s) == 2 else np.asarray(s)
    total = 0.0
    for i in range(len(W)):
        for j in range(i):
            total = total - W[i, j] * s[..., i] * s[..., j]
    return total
