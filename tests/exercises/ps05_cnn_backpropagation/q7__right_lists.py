# mark 3/3: right, with plain lists
def maxpool_forward(X, window, stride, padding=0):
    N, C, H, W = X.shape
    tops = range(-padding, H + padding - window + 1, stride)
    lefts = range(-padding, W + padding - window + 1, stride)
    y, winner = [], []
    for image in X.reshape(-1, H, W):
        for top in tops:
            for left in lefts:
                best = None
                for a in range(max(top, 0), min(top + window, H)):
                    for e in range(max(left, 0), min(left + window, W)):
                        if best is None or image[a, e] > best:
                            best, place = image[a, e], a * W + e
                y.append(best)
                winner.append(place)
    shape = (N, C, len(tops), len(lefts))
    return np.reshape(y, shape), np.reshape(winner, shape)
