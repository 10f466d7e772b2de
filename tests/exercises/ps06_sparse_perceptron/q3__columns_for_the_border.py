# mark 2/3: keeps columns for the border's zeros
def conv_matrix(F, size, stride, padding):
    wide = size[0] + 2 * padding[0], size[1] + 2 * padding[1]
    rho = pixel_index(wide, F.shape, stride, (0, 0))
    A = np.zeros((len(rho), wide[0] * wide[1]))
    np.put_along_axis(A, rho, np.tile(F.ravel(), (len(rho), 1)), axis=1)
    return A
