# mark 0/3: pixels down, windows across
def conv_matrix(F, size, stride, padding):
    rho = pixel_index(size, F.shape, stride, padding)
    A = np.zeros((size[0] * size[1], len(rho)))
    for q, window in enumerate(rho):
        for pixel, weight in zip(window, F.ravel()):
            if pixel >= 0:
                A[pixel, q] = weight
    return A
