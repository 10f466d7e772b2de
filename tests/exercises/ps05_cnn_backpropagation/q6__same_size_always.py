# mark 0/3: pads the deltas to the size of the image
def conv_grad_input(delta, K, size, stride=1, padding=0):
    grad = conv_grad_input_1(delta, K)[:, :, : size[0], : size[1]]
    wide = np.zeros((*grad.shape[:2], *size))
    wide[:, :, : grad.shape[2], : grad.shape[3]] = grad
    return wide
