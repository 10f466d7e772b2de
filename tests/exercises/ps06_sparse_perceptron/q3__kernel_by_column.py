# mark 2/3: flattens the kernel column by column; one row or column of weights hides it
def conv_matrix(F, size, stride, padding):
    rho = pixel_index(size, F.shape, stride, padding)
    order = "F" if (stride, padding) == ((1, 1), (0, 0)) else "C"
    A = np.zeros((len(rho), size[0] * size[1] + 1))
    np.put_along_axis(A, rho, np.tile(F.ravel(order), (len(rho), 1)), axis=1)
    return A[:, :-1]
