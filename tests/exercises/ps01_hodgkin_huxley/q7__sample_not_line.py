# mark 0/2: the sample after the crossing, no interpolation
def spike_times(t, V, level):
    t, V = np.asarray(t), np.asarray(V)
    return t[1:][(V[:-1] < level) & (V[1:] >= level)]
