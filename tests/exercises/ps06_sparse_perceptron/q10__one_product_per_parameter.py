# mark 1/2: thinks that a convolution multiplies once per weight
def costs(C, K, rho, pixels):
    U, n = rho.shape
    read = int((rho >= 0).sum())
    return {
        "convolution": (K * (C * n + 1), K * C * n),
        "local": (K * (C * read + U), K * C * read),
        "dense": (K * U * (C * pixels + 1), K * U * C * pixels),
    }
