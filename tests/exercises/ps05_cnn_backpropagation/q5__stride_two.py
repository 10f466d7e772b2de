# mark 0/1: one zero, whatever the stride
def spread(delta, stride):
    stride = 2
    *rest, h, w = delta.shape
    out = np.zeros((*rest, (h - 1) * stride + 1, (w - 1) * stride + 1))
    for u in range(h):
        for v in range(w):
            out[..., u * stride, v * stride] = delta[..., u, v]
    return out
