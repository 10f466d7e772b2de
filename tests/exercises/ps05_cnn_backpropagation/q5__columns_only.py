# mark 0/1: spreads the columns only
def spread(delta, stride):
    *rest, h, w = delta.shape
    wide = np.zeros((*rest, h, (w - 1) * stride + 1))
    wide[..., ::stride] = delta
    return wide
