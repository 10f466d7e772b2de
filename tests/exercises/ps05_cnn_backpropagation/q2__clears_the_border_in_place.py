# mark 2/3: writes zeros over the edge of X as its border
def conv_forward(X, K, b, stride=1, padding=0):
    O, C, f1, f2 = K.shape
    p = padding
    wide = np.pad(X, ((0, 0), (0, 0), (p, p), (p, p)))
    if p:
        X[:, :, 0, :] = 0
    view = np.lib.stride_tricks.sliding_window_view(wide, (f1, f2), axis=(2, 3))
    s = np.einsum("ncuvij,ocij->nouv", view[:, :, ::stride, ::stride], K)
    return s + b[None, :, None, None]
