# mark 0/3: windows from top to bottom first
def pixel_index(size, kernel, stride, padding):
    (H, W), (f1, f2) = size, kernel
    (t1, t2), (p1, p2) = stride, padding
    rho = []
    for left in range(-p2, W + p2 - f2 + 1, t2):
        for top in range(-p1, H + p1 - f1 + 1, t1):
            window = []
            for i in range(top, top + f1):
                for j in range(left, left + f2):
                    inside = 0 <= i < H and 0 <= j < W
                    window.append(i * W + j if inside else -1)
            rho.append(window)
    return np.array(rho)
