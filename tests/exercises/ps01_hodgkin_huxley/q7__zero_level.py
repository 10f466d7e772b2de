# mark 0/2: compares with 0 mV whatever the level
def spike_times(t, V, level):
    k = np.flatnonzero((V[:-1] < 0) & (V[1:] >= 0))
    return t[k] - V[k] / (V[k + 1] - V[k]) * (t[k + 1] - t[k])
