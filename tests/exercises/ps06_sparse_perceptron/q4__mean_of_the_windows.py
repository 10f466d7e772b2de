# mark 1/3: divides by the number of windows that read the pixel
def input_gradient(F, G, rho, size):
    grad, times = np.zeros(size[0] * size[1] + 1), np.zeros(size[0] * size[1] + 1)
    np.add.at(grad, rho, np.outer(G, F))
    np.add.at(times, rho, 1)
    return (grad / np.maximum(times, 1))[:-1].reshape(size)
