# mark 2/3: meets neighbouring pixels whatever the stride
def conv_grad_kernel(X, delta, kernel_size, stride=1, padding=0):
    p = padding
    stride = 1
    X = np.pad(X, ((0, 0), (0, 0), (p, p), (p, p)))
    f1, f2 = kernel_size
    N, O, h, w = delta.shape
    grad_K = np.zeros((O, X.shape[1], f1, f2))
    for i in range(f1):
        for j in range(f2):
            met = X[:, :, i : i + stride * h : stride, j : j + stride * w : stride]
            met = met[:, :, :h, :w]
            grad_K[:, :, i, j] = np.einsum("nouv,ncuv->oc", delta, met)
    return grad_K, delta.sum(axis=(0, 2, 3))
