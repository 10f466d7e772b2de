# mark 0/2: a layer whose ties hold is a convolution, whatever else it has learned
def kind(A, rho):
    wide = np.hstack([A, np.zeros((len(A), 1))])
    weights = np.take_along_axis(wide, rho, axis=1)
    tied = all(
        np.ptp(weights[rho[:, k] >= 0, k]) <= 1e-9
        for k in range(rho.shape[1])
        if (rho[:, k] >= 0).any()
    )
    if tied:
        return "convolution"
    np.put_along_axis(wide, rho, 0, axis=1)
    return "dense" if np.abs(wide).max() > 1e-9 else "local"
