# mark 3/3: right: counts with weights, after leaving the border out
def input_gradient(F, G, rho, size):
    inside = rho >= 0
    return np.bincount(
        rho[inside], np.outer(G, F)[inside], minlength=size[0] * size[1]
    ).reshape(size)
