# mark 1/2: an entry that reads the border is compared as a weight 0
def kind(A, rho):
    wide = np.hstack([A, np.zeros((len(A), 1))])
    weights = np.take_along_axis(wide, rho, axis=1)
    np.put_along_axis(wide, rho, 0, axis=1)
    if np.abs(wide).max() > 1e-9:
        return "dense"
    return "convolution" if np.ptp(weights, axis=0).max() <= 1e-9 else "local"
