# mark 1/2: -1 reads the last pixel
def tied_gradient(grad_A, rho):
    return np.take_along_axis(grad_A, rho, axis=1).sum(axis=0)
