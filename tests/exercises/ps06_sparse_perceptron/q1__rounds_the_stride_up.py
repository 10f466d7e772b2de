# mark 1/3: rounds up: one place too many where the stride leaves a rest
def pixel_index(size, kernel, stride, padding):
    (H, W), (f1, f2) = size, kernel
    (t1, t2), (p1, p2) = stride, padding
    u1 = -(-(H + 2 * p1 - f1) // t1) + 1
    u2 = -(-(W + 2 * p2 - f2) // t2) + 1
    rho = []
    for u in range(u1):
        for v in range(u2):
            rows = u * t1 - p1 + np.arange(f1)[:, None]
            columns = v * t2 - p2 + np.arange(f2)
            inside = (rows >= 0) & (rows < H) & (columns >= 0) & (columns < W)
            rho.append(np.where(inside, rows * W + columns, -1).ravel())
    return np.array(rho)
