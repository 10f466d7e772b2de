# mark 0/2: the first window's gradient stands for all
def tied_gradient(grad_A, rho):
    return np.append(grad_A[0], 0.0)[rho[0]]
