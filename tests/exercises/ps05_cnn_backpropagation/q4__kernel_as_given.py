# mark 1/2: takes K for (C, O, f1, f2)
def conv_grad_input_1(delta, K):
    N, O, h, w = delta.shape
    C, _, f1, f2 = K.shape
    grad = np.zeros((N, C, h + f1 - 1, w + f2 - 1))
    for n in range(N):
        for c in range(C):
            for o in range(O):
                grad[n, c] += full_correlate(
                    delta[n, o], rot180(K[c, min(o, K.shape[1] - 1)])
                )
    return grad
