# mark 3/3: right, one product of matrices for each delay
def deliver(spikes, weights, delays):
    T = len(spikes)
    jumps = np.zeros((T, weights.shape[0]))
    for d in np.unique(delays):
        if d < T:
            jumps[d:] += spikes[: T - d] @ np.where(delays == d, weights, 0.0).T
    return jumps
