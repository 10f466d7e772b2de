# mark 0/3: has read that the way back turns the kernel; rho has done it already
def input_gradient(F, G, rho, size):
    grad = np.zeros(size[0] * size[1] + 1)
    np.add.at(grad, rho, np.outer(G, F.ravel()[::-1]))
    return grad[:-1].reshape(size)
