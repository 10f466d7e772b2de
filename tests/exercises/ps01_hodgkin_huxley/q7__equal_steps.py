# mark 0/2: takes the first interval for the length of all
def spike_times(t, V, level):
    dt = t[1] - t[0]
    k = np.flatnonzero((V[:-1] < level) & (V[1:] >= level))
    return t[k] + (level - V[k]) / (V[k + 1] - V[k]) * dt
