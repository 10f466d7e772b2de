# mark 1/3: does not take the border off
def conv_grad_input(delta, K, size, stride=1, padding=0):
    H, W = size
    p = padding
    seen = conv_grad_input_1(spread(delta, stride), K)
    rows = H + 2 * p - seen.shape[2]
    columns = W + 2 * p - seen.shape[3]
    wide = np.pad(seen, ((0, 0), (0, 0), (0, rows), (0, columns)))
    return wide
