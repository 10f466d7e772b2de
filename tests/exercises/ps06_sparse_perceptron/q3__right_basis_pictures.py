# mark 3/3: right: column r is the convolution of a picture with one bright pixel
def conv_matrix(F, size, stride, padding):
    from scipy.signal import correlate2d

    columns = []
    for r in range(size[0] * size[1]):
        picture = np.zeros(size)
        picture.flat[r] = 1
        wide = np.pad(picture, ((padding[0],) * 2, (padding[1],) * 2))
        s = correlate2d(wide, F, "valid")[:: stride[0], :: stride[1]]
        columns.append(s.ravel())
    return np.stack(columns, axis=1)
