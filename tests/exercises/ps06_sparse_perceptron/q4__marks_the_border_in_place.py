# mark 2/3: changes rho
def input_gradient(F, G, rho, size):
    rho[rho < 0] = size[0] * size[1]
    F = F / 1.0
    weights = np.outer(G, F).ravel()
    return np.bincount(rho.ravel(), weights, size[0] * size[1] + 1)[:-1].reshape(size)
