# mark 0/1: spreads the first two axes
def spread(delta, stride):
    h, w, *rest = delta.shape
    wide = np.zeros((h * stride - stride + 1, w * stride - stride + 1, *rest))
    wide[::stride, ::stride] = delta
    return wide
