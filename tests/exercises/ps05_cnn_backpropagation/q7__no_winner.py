# mark 0/3: returns the maxima alone
def maxpool_forward(X, window, stride, padding=0):
    N, C, H, W = X.shape
    m, t, p = window, stride, padding
    wide = np.full((N, C, H + 2 * p, W + 2 * p), -np.inf)
    wide[:, :, p : p + H, p : p + W] = X
    h, w = (H + 2 * p - m) // t + 1, (W + 2 * p - m) // t + 1
    y, winner = np.zeros((N, C, h, w)), np.zeros((N, C, h, w), dtype=int)
    for n, c, u, v in np.ndindex(N, C, h, w):
        part = wide[n, c, u * t : u * t + m, v * t : v * t + m]
        k = part.argmax()
        y[n, c, u, v] = part.max()
        winner[n, c, u, v] = (u * t + k // m - p) * W + v * t + k % m - p
    return y
