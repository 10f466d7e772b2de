# mark 2/2: right: fancy indices and np.where
def tied_gradient(grad_A, rho):
    rows = np.arange(len(rho))[:, None]
    return np.where(rho < 0, 0, grad_A[rows, rho]).sum(0)
