# mark 0/3: repeats the kernel along the diagonal, as on a line of pixels
def conv_matrix(F, size, stride, padding):
    rho = pixel_index(size, F.shape, stride, padding)
    A = np.zeros((len(rho), size[0] * size[1]))
    for q in range(len(A)):
        for k, weight in enumerate(F.ravel()):
            if q + k < A.shape[1]:
                A[q, q + k] = weight
    return A
