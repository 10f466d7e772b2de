# mark 0/3: spikes[t - d] with t < d reads from the end
def deliver(spikes, weights, delays):
    T, N = spikes.shape
    jumps = np.zeros((T, len(weights)))
    for t in range(T):
        for i in range(len(weights)):
            for j in range(N):
                jumps[t, i] += weights[i, j] * spikes[(t - delays[i, j]) % T, j]
    return jumps
