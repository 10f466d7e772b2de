# mark 3/3: right, with scipy's correlation, map by map
from scipy.signal import correlate2d


def conv_forward(X, K, b, stride=1, padding=0):
    s = []
    for x in X:
        x = [np.pad(channel, padding) for channel in x]
        for k, bias in zip(K, b):
            every = sum(correlate2d(a, c, mode="valid") for a, c in zip(x, k))
            s.append(every[::stride, ::stride] + bias)
    return np.reshape(s, (len(X), len(K), *s[0].shape))
