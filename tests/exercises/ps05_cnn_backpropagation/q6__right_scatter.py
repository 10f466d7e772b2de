# mark 3/3: right, each sum sends its delta back along its weights
def conv_grad_input(delta, K, size, stride=1, padding=0):
    (H, W), p, t = size, padding, stride
    f1, f2 = K.shape[2:]
    wide = np.zeros((len(delta), K.shape[1], H + 2 * p, W + 2 * p))
    for u, v in np.ndindex(*delta.shape[2:]):
        share = np.einsum("no,ocij->ncij", delta[:, :, u, v], K)
        wide[:, :, u * t : u * t + f1, v * t : v * t + f2] += share
    return wide[:, :, p : H + p, p : W + p]
