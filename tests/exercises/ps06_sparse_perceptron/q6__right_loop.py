# mark 2/2: right: two loops
def tied_gradient(grad_A, rho):
    grad = [0.0] * rho.shape[1]
    for q in range(rho.shape[0]):
        for k in range(rho.shape[1]):
            if rho[q, k] != -1:
                grad[k] += grad_A[q, rho[q, k]]
    return grad
