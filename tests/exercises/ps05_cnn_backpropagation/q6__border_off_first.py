# mark 2/3: takes the border off before adding the leftovers
def conv_grad_input(delta, K, size, stride=1, padding=0):
    H, W = size
    p = padding
    seen = conv_grad_input_1(spread(delta, stride), K)
    h, w = seen.shape[2:]
    seen = seen[:, :, p : h - p, p : w - p]
    rows, columns = H - seen.shape[2], W - seen.shape[3]
    wide = np.pad(seen, ((0, 0), (0, 0), (0, rows), (0, columns)))
    return wide
