# mark 3/3: right, as one matrix product
def conv_forward(X, K, b, stride=1, padding=0):
    O, C, f1, f2 = K.shape
    p, t = padding, stride
    X = np.pad(X, [(0, 0), (0, 0), (p, p), (p, p)])
    h, w = (X.shape[2] - f1) // t + 1, (X.shape[3] - f2) // t + 1
    columns = [
        X[:, :, u * t : u * t + f1, v * t : v * t + f2].reshape(len(X), -1)
        for u in range(h)
        for v in range(w)
    ]
    s = np.stack(columns, axis=1) @ K.reshape(O, -1).T + b
    return s.transpose(0, 2, 1).reshape(len(X), O, h, w)
