# mark 0/2: sums over the windows before looking which entry it was
def tied_gradient(grad_A, rho):
    return np.append(grad_A.sum(axis=0), 0.0)[rho].sum(axis=0)
