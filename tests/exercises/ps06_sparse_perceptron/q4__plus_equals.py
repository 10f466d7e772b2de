# mark 1/3: += on a list of indices counts a repeated one once
def input_gradient(F, G, rho, size):
    grad = np.zeros(size[0] * size[1] + 1)
    grad[rho] += np.outer(G, F)
    return grad[:-1].reshape(size)
