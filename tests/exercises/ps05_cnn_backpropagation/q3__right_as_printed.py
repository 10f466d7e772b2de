# mark 3/3: right, the formula with its sums as loops
def conv_grad_kernel(X, delta, kernel_size, stride=1, padding=0):
    N, C, H, W = X.shape
    grad_K = np.zeros((delta.shape[1], C, *kernel_size))
    grad_b = np.zeros(delta.shape[1])
    for n, o, u, v in np.ndindex(delta.shape):
        grad_b[o] += delta[n, o, u, v]
        for i, j in np.ndindex(*kernel_size):
            a, e = u * stride + i - padding, v * stride + j - padding
            if 0 <= a < H and 0 <= e < W:
                grad_K[o, :, i, j] += delta[n, o, u, v] * X[n, :, a, e]
    return grad_K, grad_b
