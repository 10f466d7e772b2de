# mark 1/2: -1 frees the last pixel
def masked_step(A, x, G, rho, rate):
    mask = np.zeros(A.shape)
    np.put_along_axis(mask, rho, 1, axis=1)
    return A - rate * np.outer(G, x) * mask
