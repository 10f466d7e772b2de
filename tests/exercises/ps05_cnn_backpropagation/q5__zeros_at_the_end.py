# mark 0/1: zeros after the last entry as well
def spread(delta, stride):
    *rest, h, w = delta.shape
    out = np.zeros((*rest, h * stride, w * stride))
    for u in range(h):
        for v in range(w):
            out[..., u * stride, v * stride] = delta[..., u, v]
    return out
