# mark 0/2: one number per window: the sum along the wrong axis
def tied_gradient(grad_A, rho):
    wide = np.hstack([grad_A, np.zeros((len(grad_A), 1))])
    return np.take_along_axis(wide, rho, axis=1).sum(axis=1)
