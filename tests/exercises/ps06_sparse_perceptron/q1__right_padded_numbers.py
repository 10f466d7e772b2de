# mark 3/3: right: pads the map of pixel numbers with -1 and slides over it
def pixel_index(size, kernel, stride, padding):
    (H, W), (f1, f2), (t1, t2), (p1, p2) = size, kernel, stride, padding
    pixels = np.pad(
        np.arange(H * W).reshape(H, W), ((p1, p1), (p2, p2)), constant_values=-1
    )
    every = np.lib.stride_tricks.sliding_window_view(pixels, (f1, f2))
    return every[::t1, ::t2].reshape(-1, f1 * f2)
