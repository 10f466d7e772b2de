# mark 3/3: right: builds the matrix after all and transposes it
def input_gradient(F, G, rho, size):
    A = np.zeros((len(rho), size[0] * size[1]))
    for q, k in np.argwhere(rho >= 0):
        A[q, rho[q, k]] += F.flat[k]
    return (A.T @ G).reshape(size)
