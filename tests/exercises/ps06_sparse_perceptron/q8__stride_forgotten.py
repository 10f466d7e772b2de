# mark 1/2: right for stride 1 only
def one_kernel(F1, F2, stride):
    from scipy.signal import convolve2d

    return convolve2d(F1, F2)
