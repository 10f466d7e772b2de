# mark 1/2: <= on both sides counts a touch twice
def spike_times(t, V, level):
    k = np.flatnonzero((V[:-1] <= level) & (V[1:] >= level) & (V[1:] > V[:-1]))
    return t[k] + (level - V[k]) / (V[k + 1] - V[k]) * (t[k + 1] - t[k])
