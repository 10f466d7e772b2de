# mark 2/3: a single delay, the first one
def deliver(spikes, weights, delays):
    T = len(spikes)
    jumps = np.zeros((T, len(weights)))
    d = min(int(delays.flat[0]), T)
    jumps[d:] = spikes[: T - d] @ weights.T
    return jumps
