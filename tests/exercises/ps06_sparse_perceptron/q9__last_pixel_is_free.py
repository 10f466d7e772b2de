# mark 1/2: -1 marks the last pixel, as a weight and as allowed
def kind(A, rho):
    rest = np.array(A, dtype=float)
    weights = np.take_along_axis(rest, rho, axis=1)
    np.put_along_axis(rest, rho, 0, axis=1)
    if np.abs(rest).max() > 1e-9:
        return "dense"
    return "convolution" if np.ptp(weights, axis=0).max() <= 1e-9 else "local"
