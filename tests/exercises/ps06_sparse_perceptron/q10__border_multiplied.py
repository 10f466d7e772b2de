# mark 0/2: counts the zeros of the border as pixels
def costs(C, K, rho, pixels):
    U, n = rho.shape
    return {
        "convolution": (K * (C * n + 1), K * C * U * n),
        "local": (K * U * (C * n + 1), K * C * U * n),
        "dense": (K * U * (C * pixels + 1), K * U * C * pixels),
    }
