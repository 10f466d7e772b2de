# mark 0/2: as the paper: C sparse layers, not K C
def costs(C, K, rho, pixels):
    U, n = rho.shape
    read = int((rho >= 0).sum())
    return {
        "convolution": (C * n + K, C * read),
        "local": (C * read + K * U, C * read),
        "dense": (U * C * pixels + K * U, U * C * pixels),
    }
