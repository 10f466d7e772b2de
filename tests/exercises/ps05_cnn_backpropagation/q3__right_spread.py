# mark 3/3: right, a valid correlation with the spread deltas
from scipy.signal import correlate2d


def conv_grad_kernel(X, delta, kernel_size, stride=1, padding=0):
    f1, f2 = kernel_size
    N, O, h, w = delta.shape
    rows, columns = (h - 1) * stride + 1, (w - 1) * stride + 1
    wide = np.zeros((N, O, rows, columns))
    wide[:, :, ::stride, ::stride] = delta
    grad_K = np.zeros((O, X.shape[1], f1, f2))
    for n, o, c in np.ndindex(N, O, X.shape[1]):
        image = np.pad(X[n, c], padding)[: rows + f1 - 1, : columns + f2 - 1]
        grad_K[o, c] += correlate2d(image, wide[n, o], mode="valid")
    return grad_K, np.einsum("nouv->o", delta)
