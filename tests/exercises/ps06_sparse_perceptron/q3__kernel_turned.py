# mark 0/3: the matrix of a true convolution
def conv_matrix(F, size, stride, padding):
    rho = pixel_index(size, F.shape, stride, padding)
    A = np.zeros((len(rho), size[0] * size[1] + 1))
    np.put_along_axis(A, rho, np.tile(F[::-1, ::-1].ravel(), (len(rho), 1)), axis=1)
    return A[:, :-1]
