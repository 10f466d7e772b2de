# mark 2/2: right: counts window by window
def costs(C, K, rho, pixels):
    weights = 0
    for window in rho:
        weights += sum(1 for r in window if r != -1)
    U = len(rho)
    return dict(
        convolution=[K + K * C * len(rho[0]), K * C * weights],
        local=[K * U + K * C * weights, K * C * weights],
        dense=[K * U + K * C * U * pixels, K * C * U * pixels],
    )
