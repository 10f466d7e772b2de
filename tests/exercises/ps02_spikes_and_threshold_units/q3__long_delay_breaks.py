# mark 2/3: a delay longer than the run makes a negative slice
def deliver(spikes, weights, delays):
    T, N = spikes.shape
    jumps = np.zeros((T, len(weights)))
    for i in range(len(weights)):
        for j in range(N):
            d = delays[i, j]
            jumps[d:, i] += weights[i, j] * spikes[: T - d, j]
    return jumps
