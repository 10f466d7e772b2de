# mark 1/3: a delay of d arrives after d + 1 steps
def deliver(spikes, weights, delays):
    T, N = spikes.shape
    jumps = np.zeros((T, len(weights)))
    for t in range(T):
        for i in range(len(weights)):
            for j in range(N):
                arrival = t + delays[i, j] + 1
                if spikes[t, j] and arrival < T:
                    jumps[arrival, i] += weights[i, j]
    return jumps
