# mark 2/3: jumps that meet overwrite each other
def deliver(spikes, weights, delays):
    T, N = spikes.shape
    jumps = np.zeros((T, len(weights)))
    for t in range(T):
        for i in range(len(weights)):
            for j in range(N):
                arrival = t + delays[i, j]
                if spikes[t, j] and arrival < T:
                    jumps[arrival, i] = weights[i, j]
    return jumps
