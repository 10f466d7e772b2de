# mark 2/2: right, each sum sends its delta back along its weights
def conv_grad_input_1(delta, K):
    N, O, h, w = delta.shape
    f1, f2 = K.shape[2:]
    grad = np.zeros((N, K.shape[1], h + f1 - 1, w + f2 - 1))
    for u, v in np.ndindex(h, w):
        share = np.einsum("no,ocij->ncij", delta[:, :, u, v], K)
        grad[:, :, u : u + f1, v : v + f2] += share
    return grad
