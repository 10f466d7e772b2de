# mark 2/3: padding forgotten
def pixel_index(size, kernel, stride, padding):
    (H, W), (f1, f2) = size, kernel
    t1, t2 = stride
    pixels = np.arange(H * W).reshape(H, W)
    return np.array(
        [
            pixels[top : top + f1, left : left + f2].ravel()
            for top in range(0, H - f1 + 1, t1)
            for left in range(0, W - f2 + 1, t2)
        ]
    )
