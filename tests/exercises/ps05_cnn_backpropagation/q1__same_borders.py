# mark 1/2: half a window over the edge, so that the size stays
def rot180(K):
    return K[..., ::-1, ::-1]


import scipy.ndimage


def full_correlate(d, K):
    return scipy.ndimage.correlate(d, K, mode="constant")
