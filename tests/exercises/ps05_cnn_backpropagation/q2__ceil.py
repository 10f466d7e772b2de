# mark 1/3: counts a last window that does not fit
def conv_forward(X, K, b, stride=1, padding=0):
    p = padding
    X = np.pad(X, ((0, 0), (0, 0), (p, p + stride), (p, p + stride)))[:, :, :, :]
    O, C, f1, f2 = K.shape
    full = X.shape[2] - stride, X.shape[3] - stride
    h = -(-(full[0] - f1) // stride) + 1
    w = -(-(full[1] - f2) // stride) + 1
    s = np.zeros((len(X), O, h, w))
    for u in range(h):
        for v in range(w):
            part = X[:, :, u * stride : u * stride + f1, v * stride : v * stride + f2]
            s[:, :, u, v] = np.einsum("ncij,ocij->no", part, K) + b
    return s
