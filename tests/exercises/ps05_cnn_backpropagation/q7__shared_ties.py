# mark 0/3: shares a tie: a mask of maxima instead of one place
def maxpool_forward(X, window, stride, padding=0):
    view = np.lib.stride_tricks.sliding_window_view(X, (window, window), axis=(2, 3))
    view = view[:, :, ::stride, ::stride]
    y = view.max(axis=(-1, -2))
    mask = view == y[..., None, None]
    return y, mask / mask.sum(axis=(-1, -2), keepdims=True)
