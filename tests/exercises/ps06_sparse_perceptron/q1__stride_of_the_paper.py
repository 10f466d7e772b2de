# mark 0/3: as printed: the window moves by its own size, whatever the stride
def pixel_index(size, kernel, stride, padding):
    (H, W), (f1, f2) = size, kernel
    p1, p2 = padding
    rho = []
    for top in range(-p1, H + p1 - f1 + 1, f1):
        for left in range(-p2, W + p2 - f2 + 1, f2):
            rows = np.arange(top, top + f1)[:, None]
            columns = np.arange(left, left + f2)
            inside = (rows >= 0) & (rows < H) & (columns >= 0) & (columns < W)
            rho.append(np.where(inside, rows * W + columns, -1).ravel())
    return np.array(rho)
