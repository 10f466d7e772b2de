# mark 0/3: the number of places without the + 1
def conv_forward(X, K, b, stride=1, padding=0):
    p = padding
    X = np.pad(X, ((0, 0), (0, 0), (p, p), (p, p)))
    O, C, f1, f2 = K.shape
    h = (X.shape[2] - f1) // stride
    w = (X.shape[3] - f2) // stride
    s = np.zeros((len(X), O, h, w))
    for u in range(h):
        for v in range(w):
            part = X[:, :, u * stride : u * stride + f1, v * stride : v * stride + f2]
            s[:, :, u, v] = np.einsum("ncij,ocij->no", part, K) + b
    return s
