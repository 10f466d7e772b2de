# mark 1/2: turns the caller's kernels round for good
def conv_grad_input_1(delta, K):
    K[...] = rot180(K).copy()
    N, O, h, w = delta.shape
    _, C, f1, f2 = K.shape
    grad = np.zeros((N, C, h + f1 - 1, w + f2 - 1))
    for n in range(N):
        for c in range(C):
            for o in range(O):
                grad[n, c] += full_correlate(delta[n, o], K[o, c])
    return grad
