# mark 2/3: numbers the pixels of the map with its border
def pixel_index(size, kernel, stride, padding):
    (H, W), (f1, f2) = size, kernel
    (t1, t2), (p1, p2) = stride, padding
    H, W = H + 2 * p1, W + 2 * p2
    pixels = np.arange(H * W).reshape(H, W)
    every = np.lib.stride_tricks.sliding_window_view(pixels, (f1, f2))
    return every[::t1, ::t2].reshape(-1, f1 * f2).copy()
