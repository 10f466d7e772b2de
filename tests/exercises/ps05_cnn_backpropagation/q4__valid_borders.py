# mark 0/2: the window does not leave the map of deltas
def conv_grad_input_1(delta, K):
    N, O, h, w = delta.shape
    _, C, f1, f2 = K.shape
    full = conv_forward(delta, np.swapaxes(rot180(K), 0, 1), np.zeros(C), 1, f1 - 1)
    return full[:, :, f1 - 1 : h, f2 - 1 : w]
