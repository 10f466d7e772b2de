# mark 0/2: keeps the size of the first kernel
def one_kernel(F1, F2, stride):
    from scipy.signal import convolve2d

    return convolve2d(F1, F2, "same")
