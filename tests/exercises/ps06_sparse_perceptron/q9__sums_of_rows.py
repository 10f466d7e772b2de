# mark 0/2: compares the sums of the rows only
def kind(A, rho):
    wide = np.hstack([A, np.zeros((len(A), 1))])
    weights = np.take_along_axis(wide, rho, axis=1)
    np.put_along_axis(wide, rho, 0, axis=1)
    if np.abs(wide).max() > 1e-9:
        return "dense"
    return "convolution" if np.ptp(weights.sum(axis=1)) <= 1e-9 else "local"
