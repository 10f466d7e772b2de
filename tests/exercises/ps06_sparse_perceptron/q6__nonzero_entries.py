# mark 1/2: leaves windows out that hang over the border
def tied_gradient(grad_A, rho):
    whole = (rho >= 0).all(axis=1)
    return np.take_along_axis(grad_A[whole], rho[whole], axis=1).sum(axis=0)
