# mark 1/2: the window does not leave the map
def rot180(K):
    return K[..., ::-1, ::-1]


def full_correlate(d, K):
    windows = np.lib.stride_tricks.sliding_window_view(d, K.shape)
    return np.einsum("aeij,ij->ae", windows, K)
