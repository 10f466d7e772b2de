# mark 1/2: loses a crossing whose sample lies exactly at the level
def spike_times(t, V, level):
    k = np.flatnonzero((V[:-1] < level) & (V[1:] > level))
    return t[k] + (level - V[k]) / (V[k + 1] - V[k]) * (t[k + 1] - t[k])
