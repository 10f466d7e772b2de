# mark 0/2: the kernel transposed instead of turned
def conv_grad_input_1(delta, K):
    N, O, h, w = delta.shape
    _, C, f1, f2 = K.shape
    grad = np.zeros((N, C, h + f1 - 1, w + f2 - 1))
    for n, o, u, v in np.ndindex(N, O, h, w):
        for i, j in np.ndindex(f1, f2):
            a, e = (j, i) if f1 == f2 else (i, j)
            grad[n, :, u + i, v + j] += delta[n, o, u, v] * K[o, :, a, e]
    return grad
