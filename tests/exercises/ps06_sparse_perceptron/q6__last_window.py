# mark 0/2: the last window overwrites the others
def tied_gradient(grad_A, rho):
    grad = np.zeros(rho.shape[1])
    for q, window in enumerate(rho):
        for k, pixel in enumerate(window):
            if pixel >= 0:
                grad[k] = grad_A[q, pixel]
    return grad
