# mark 2/3: only what lies above or below the map is border; left of it is the row before
def pixel_index(size, kernel, stride, padding):
    (H, W), (f1, f2) = size, kernel
    (t1, t2), (p1, p2) = stride, padding
    rho = []
    for top in range(-p1, H + p1 - f1 + 1, t1):
        for left in range(-p2, W + p2 - f2 + 1, t2):
            pixels = (np.arange(top, top + f1)[:, None] * W) + np.arange(
                left, left + f2
            )
            rho.append(np.where((pixels >= 0) & (pixels < H * W), pixels, -1).ravel())
    return np.array(rho)
