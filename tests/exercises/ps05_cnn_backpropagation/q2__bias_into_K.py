# mark 0/3: adds the bias to the kernel in place
def conv_forward(X, K, b, stride=1, padding=0):
    p = padding
    wide = np.pad(X, ((0, 0), (0, 0), (p, p), (p, p)))
    K += b[:, None, None, None]
    view = np.lib.stride_tricks.sliding_window_view(wide, K.shape[2:], axis=(2, 3))
    return np.einsum("ncuvij,ocij->nouv", view[:, :, ::stride, ::stride], K)
