# mark 2/3: -1 writes into the last column
def conv_matrix(F, size, stride, padding):
    rho = pixel_index(size, F.shape, stride, padding)
    A = np.zeros((len(rho), size[0] * size[1]))
    np.put_along_axis(A, rho, np.tile(F.ravel(), (len(rho), 1)), axis=1)
    return A
