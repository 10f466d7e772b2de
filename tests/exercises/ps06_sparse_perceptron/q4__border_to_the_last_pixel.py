# mark 2/3: the border's share goes to the last pixel
def input_gradient(F, G, rho, size):
    grad = np.zeros(size[0] * size[1])
    np.add.at(grad, rho, np.outer(G, F))
    return grad.reshape(size)
