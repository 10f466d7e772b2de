# mark 2/2: right, in a loop over a list
def spike_times(t, V, level):
    times = []
    for k in range(len(V) - 1):
        if V[k] < level and not V[k + 1] < level:
            part = (V[k + 1] - level) / (V[k + 1] - V[k])
            times.append(t[k + 1] - part * (t[k + 1] - t[k]))
    return times
