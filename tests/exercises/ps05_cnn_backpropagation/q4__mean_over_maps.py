# mark 1/2: averages the shares of the output maps
def conv_grad_input_1(delta, K):
    N, O, h, w = delta.shape
    _, C, f1, f2 = K.shape
    grad = np.zeros((N, C, h + f1 - 1, w + f2 - 1))
    for n in range(N):
        for c in range(C):
            for o in range(O):
                grad[n, c] += full_correlate(delta[n, o], rot180(K[o, c]))
    return grad / O
