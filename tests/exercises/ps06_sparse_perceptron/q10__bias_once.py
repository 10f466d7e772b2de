# mark 1/2: one bias per output map in all three layers
def costs(C, K, rho, pixels):
    U, n = rho.shape
    read = int((rho >= 0).sum())
    return {
        "convolution": (K * (C * n + 1), K * C * read),
        "local": (K * (C * read + 1), K * C * read),
        "dense": (K * (U * C * pixels + 1), K * U * C * pixels),
    }
