# mark 0/3: pairs the kernel with the windows
def input_gradient(F, G, rho, size):
    grad = np.zeros(size[0] * size[1] + 1)
    products = np.resize(np.outer(F, G), rho.shape)
    np.add.at(grad, rho, products)
    return grad[:-1].reshape(size)
