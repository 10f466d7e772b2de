# mark 2/2: right, by stamping the turned kernel at every entry
def rot180(K):
    return np.rot90(K, 2, axes=(-2, -1))


def full_correlate(d, K):
    (h, w), (f1, f2) = d.shape, K.shape
    out = np.zeros((h + f1 - 1, w + f2 - 1))
    for u in range(h):
        for v in range(w):
            out[u : u + f1, v : v + f2] += d[u, v] * rot180(K)
    return out
