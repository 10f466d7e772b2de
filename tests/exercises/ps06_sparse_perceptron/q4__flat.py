# mark 0/3: a column of numbers instead of a map
def input_gradient(F, G, rho, size):
    grad = np.zeros(size[0] * size[1] + 1)
    np.add.at(grad, rho, np.outer(G, F))
    return grad[:-1]
