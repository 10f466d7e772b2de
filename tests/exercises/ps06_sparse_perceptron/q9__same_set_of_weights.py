# mark 0/2: every row has the same weights, in whatever order
def kind(A, rho):
    wide = np.hstack([A, np.zeros((len(A), 1))])
    weights = np.take_along_axis(wide, rho, axis=1)
    np.put_along_axis(wide, rho, 0, axis=1)
    if np.abs(wide).max() > 1e-9:
        return "dense"
    ordered = np.sort(weights, axis=1)
    return "convolution" if np.ptp(ordered, axis=0).max() <= 1e-9 else "local"
