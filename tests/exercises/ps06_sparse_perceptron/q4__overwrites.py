# mark 1/3: a later window overwrites an earlier one
def input_gradient(F, G, rho, size):
    grad = np.zeros(size[0] * size[1] + 1)
    grad[rho] = np.outer(G, F)
    return grad[:-1].reshape(size)
