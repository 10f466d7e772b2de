# mark 3/3: right, one weight at a time
def conv_forward(X, K, b, stride=1, padding=0):
    t, p = stride, padding
    N, C, H, W = X.shape
    O, _, f1, f2 = K.shape
    h, w = (H + 2 * p - f1) // t + 1, (W + 2 * p - f2) // t + 1
    wide = np.zeros((N, C, H + 2 * p, W + 2 * p))
    wide[:, :, p : p + H, p : p + W] = X
    s = np.zeros((N, O, h, w)) + np.reshape(b, (1, O, 1, 1))
    for i, j in np.ndindex(f1, f2):
        met = wide[:, :, i : i + (h - 1) * t + 1 : t, j : j + (w - 1) * t + 1 : t]
        s += np.tensordot(met, K[:, :, i, j], axes=(1, 1)).transpose(0, 3, 1, 2)
    return s
