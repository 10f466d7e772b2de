# mark 1/2: spreads the rows by the columns' stride
def one_kernel(F1, F2, stride):
    from scipy.signal import convolve2d

    (g1, g2), (t2, t1) = F2.shape, stride
    wide = np.zeros(((g1 - 1) * t1 + 1, (g2 - 1) * t2 + 1))
    wide[::t1, ::t2] = F2
    return convolve2d(wide, F1)
