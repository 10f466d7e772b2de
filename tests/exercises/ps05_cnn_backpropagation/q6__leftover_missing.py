# mark 1/3: leaves out the rows that no window reached
def conv_grad_input(delta, K, size, stride=1, padding=0):
    H, W = size
    p = padding
    seen = conv_grad_input_1(spread(delta, stride), K)
    wide = seen
    return wide[:, :, p : p + H, p : p + W]
