# mark 3/3: right: divmod on q and k, a list of lists
def pixel_index(size, kernel, stride, padding):
    u1, u2 = (
        (n + 2 * p - f) // t + 1 for n, f, t, p in zip(size, kernel, stride, padding)
    )
    rho = []
    for q in range(u1 * u2):
        u, v = divmod(q, u2)
        row = []
        for k in range(kernel[0] * kernel[1]):
            i, j = divmod(k, kernel[1])
            a = u * stride[0] - padding[0] + i
            b = v * stride[1] - padding[1] + j
            outside = a < 0 or b < 0 or a >= size[0] or b >= size[1]
            row.append(-1 if outside else a * size[1] + b)
        rho.append(row)
    return rho
