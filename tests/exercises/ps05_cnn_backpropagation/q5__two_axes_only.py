# mark 0/1: works for a single map only
def spread(delta, stride):
    h, w = delta.shape
    wide = np.zeros((h * stride - stride + 1, w * stride - stride + 1))
    wide[::stride, ::stride] = delta
    return wide
