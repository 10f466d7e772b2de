# mark 0/2: the same curve from one hidden layer of 2 ** k units
def tent_net(k):
    bends = np.arange(2**k) / 2**k
    slopes = 2.0**k * (-1.0) ** np.arange(2**k)
    jumps = np.diff(slopes, prepend=0.0)
    return [(np.ones((2**k, 1)), -bends), (jumps[None, :], np.zeros(1))]
