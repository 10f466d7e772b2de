# mark 1/2: compares without a tolerance
def kind(A, rho):
    wide = np.hstack([A, np.zeros((len(A), 1))])
    weights = np.take_along_axis(wide, rho, axis=1)
    np.put_along_axis(wide, rho, 0, axis=1)
    if (wide != 0).any():
        return "dense"
    for k in range(rho.shape[1]):
        seen = weights[rho[:, k] >= 0, k]
        if len(seen) and (seen != seen[0]).any():
            return "local"
    return "convolution"
