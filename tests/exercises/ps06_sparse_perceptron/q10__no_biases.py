# mark 1/2: forgets the biases
def costs(C, K, rho, pixels):
    U, n = rho.shape
    read = int((rho >= 0).sum())
    return {
        "convolution": (K * C * n, K * C * read),
        "local": (K * C * read, K * C * read),
        "dense": (K * U * C * pixels, K * U * C * pixels),
    }
