# mark 1/2: np.flip without axes turns the maps round as well
def rot180(K):
    return np.flip(K)


def full_correlate(d, K):
    (h, w), (f1, f2) = d.shape, K.shape
    wide = np.zeros((h + 2 * f1 - 2, w + 2 * f2 - 2))
    wide[f1 - 1 : f1 - 1 + h, f2 - 1 : f2 - 1 + w] = d
    out = np.zeros((h + f1 - 1, w + f2 - 1))
    for a in range(out.shape[0]):
        for e in range(out.shape[1]):
            out[a, e] = np.sum(wide[a : a + f1, e : e + f2] * K)
    return out
