# mark 0/3: np.roll brings the end back to the beginning
def deliver(spikes, weights, delays):
    T, N = spikes.shape
    jumps = np.zeros((T, len(weights)))
    for i in range(len(weights)):
        for j in range(N):
            jumps[:, i] += weights[i, j] * np.roll(spikes[:, j], delays[i, j])
    return jumps
