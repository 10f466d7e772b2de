# mark 2/2: right: asks the two layers about a picture with one bright pixel
def one_kernel(F1, F2, stride):
    from scipy.signal import correlate2d

    shape = tuple((g - 1) * t + f for f, g, t in zip(F1.shape, F2.shape, stride))
    F = np.zeros(shape)
    for place in np.ndindex(*shape):
        picture = np.zeros(shape)
        picture[place] = 1
        s = correlate2d(picture, F1, "valid")[:: stride[0], :: stride[1]]
        F[place] = correlate2d(s, F2, "valid")[0, 0]
    return F
