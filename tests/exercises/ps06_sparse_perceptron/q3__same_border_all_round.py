# mark 2/3: the rows' border on all four sides
def conv_matrix(F, size, stride, padding):
    rho = pixel_index(size, F.shape, stride, (padding[0], padding[0]))
    A = np.zeros((len(rho), size[0] * size[1] + 1))
    np.put_along_axis(A, rho, np.tile(F.ravel(), (len(rho), 1)), axis=1)
    return A[:, :-1]
