# mark 1/2: multiplies by the biases, too
def costs(C, K, rho, pixels):
    U, n = rho.shape
    read = int((rho >= 0).sum())
    return {
        "convolution": (K * (C * n + 1), K * (C * read + U)),
        "local": (K * (C * read + U), K * (C * read + U)),
        "dense": (K * U * (C * pixels + 1), K * U * (C * pixels + 1)),
    }
