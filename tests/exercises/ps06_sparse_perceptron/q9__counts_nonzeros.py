# mark 0/2: dense if a row has more non-zeros than the window
def kind(A, rho):
    if (np.count_nonzero(np.abs(A) > 1e-9, axis=1) > rho.shape[1]).any():
        return "dense"
    wide = np.hstack([A, np.zeros((len(A), 1))])
    weights = np.take_along_axis(wide, rho, axis=1)
    for k in range(rho.shape[1]):
        seen = weights[rho[:, k] >= 0, k]
        if len(seen) and np.ptp(seen) > 1e-9:
            return "local"
    return "convolution"
