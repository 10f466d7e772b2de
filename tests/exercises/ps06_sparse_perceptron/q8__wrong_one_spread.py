# mark 1/2: spreads the first kernel instead of the second
def one_kernel(F1, F2, stride):
    from scipy.signal import convolve2d

    (f1, f2), (t1, t2) = F1.shape, stride
    wide = np.zeros(((f1 - 1) * t1 + 1, (f2 - 1) * t2 + 1))
    wide[::t1, ::t2] = F1
    return convolve2d(wide, F2)
