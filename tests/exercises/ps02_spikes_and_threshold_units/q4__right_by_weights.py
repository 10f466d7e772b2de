# mark 2/2: right, with a weight that outvotes all the others
def mcculloch_pitts(x, excitatory, inhibitory, threshold):
    w = np.zeros(x.shape[1])
    w[excitatory] = 1
    w[inhibitory] = -(x.shape[1] + abs(threshold) + 1)
    return [int(row @ w >= threshold) for row in x]
