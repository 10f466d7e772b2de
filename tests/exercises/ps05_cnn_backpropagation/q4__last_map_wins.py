# mark 1/2: each output map overwrites the share of the one before
def conv_grad_input_1(delta, K):
    N, O, h, w = delta.shape
    _, C, f1, f2 = K.shape
    grad = np.zeros((N, C, h + f1 - 1, w + f2 - 1))
    for n in range(N):
        for c in range(C):
            for o in range(O):
                grad[n, c] = full_correlate(delta[n, o], rot180(K[o, c]))
    return grad
