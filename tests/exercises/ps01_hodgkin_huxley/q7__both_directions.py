# mark 0/2: counts downward crossings too
def spike_times(t, V, level):
    k = np.flatnonzero(np.diff(V >= level))
    return t[k] + (level - V[k]) / (V[k + 1] - V[k]) * (t[k + 1] - t[k])
