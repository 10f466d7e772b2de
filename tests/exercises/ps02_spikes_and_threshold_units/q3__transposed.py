# mark 1/3: weights read as from row to column
def deliver(spikes, weights, delays):
    T = len(spikes)
    weights, delays = weights.T, delays.T
    jumps = np.zeros((T, len(weights)))
    for i in range(len(weights)):
        for j in range(weights.shape[1]):
            for t in range(T - delays[i, j]):
                jumps[t + delays[i, j], i] += weights[i, j] * spikes[t, j]
    return jumps
